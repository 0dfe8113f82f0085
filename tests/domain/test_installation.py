"""Who belongs where the app is installed."""

import pytest

from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.profile import Profile

ALONE = Installation("T1")
IN_ORG = Installation("T1", "E1")
ORG_WIDE = Installation("T1", "E1", org_wide=True)
ORG_WIDE_TEAMLESS = Installation("", "E1", org_wide=True)
TEAMLESS = Installation("")


def of_org(team: str, *teams: str, enterprise: str = "E1") -> Profile:
    """Someone of an organisation, as users.info describes them."""
    return Profile(team, user="U1", enterprise=enterprise, enterprise_user="W1", teams=frozenset(teams))


@pytest.mark.parametrize(
    ("installation", "team", "profile", "belongs"),
    [
        (ALONE, "T1", Profile("T1"), True),
        (ALONE, "T2", Profile("T2"), False),
        (ALONE, "", Profile("T1"), False),
        (ALONE, "T1", Profile(""), False),
        (ALONE, "T1", Profile("T1", stranger=True), False),
        (ALONE, "T2", Profile("T1"), False),
        (ALONE, "E1", of_org("T1", "T1"), False),  # outside an organisation nothing but the bot's own workspace counts
        (TEAMLESS, "", Profile(""), False),
        (IN_ORG, "T1", of_org("T1", "T1"), True),
        (IN_ORG, "T2", of_org("T2", "T1", "T2"), True),  # the click names their own workspace
        (IN_ORG, "E1", of_org("T2", "T1", "T2"), True),  # or the organisation
        (IN_ORG, "T1", of_org("T2", "T1", "T2"), True),
        (IN_ORG, "E1", of_org("E1", "T1"), True),
        (IN_ORG, "E1", of_org("T1"), True),
        (IN_ORG, "T2", of_org("T2", "T2"), False),  # of the organisation, but not of the bot's workspace
        (IN_ORG, "E1", of_org("T2", "T2"), False),
        (IN_ORG, "", of_org("T1", "T1"), False),
        (IN_ORG, "T9", of_org("T1", "T1"), False),  # the payload and Slack do not agree on who it is
        (IN_ORG, "T9", of_org("T9", "T9", enterprise="E9"), False),
        (IN_ORG, "T9", Profile("T9"), False),
        (IN_ORG, "E9", of_org("T9", "T9", enterprise="E9"), False),
        (IN_ORG, "E1", of_org("T1", "T1", enterprise="E9"), False),
        (IN_ORG, "E1", Profile("T9"), False),
        (ORG_WIDE, "T1", of_org("T1", "T1"), True),
        (ORG_WIDE, "T2", of_org("T2", "T2"), True),  # every workspace of the organisation is the bot's
        (ORG_WIDE, "E1", of_org("T2", "T2"), True),
        (ORG_WIDE, "T9", of_org("T9", "T9", enterprise="E9"), False),
        (ORG_WIDE, "T1", Profile("T1"), False),
        (ORG_WIDE, "", of_org("T1", "T1"), False),
        (ORG_WIDE_TEAMLESS, "T2", of_org("T2", "T2"), True),
        (ORG_WIDE_TEAMLESS, "", Profile(""), False),
    ],
)
def test_members_are_told_from_strangers(
    installation: Installation, team: str, profile: Profile, *, belongs: bool
) -> None:
    """A member of the bot's workspace or organisation is one by any of their teams; nobody else ever is."""
    user = SlackUser(team, "U1")
    assert installation.has(user, profile) is belongs
    assert installation.may_have(user) or not belongs


@pytest.mark.parametrize(
    ("installation", "team", "may", "named"),
    [
        (ALONE, "T1", True, True),
        (ALONE, "T2", False, False),
        (ALONE, "", False, False),
        (TEAMLESS, "", False, False),
        (IN_ORG, "T1", True, True),
        (IN_ORG, "E1", True, True),
        (IN_ORG, "T2", True, False),
        (IN_ORG, "", False, False),
    ],
)
def test_what_the_payload_itself_says(installation: Installation, team: str, *, may: bool, named: bool) -> None:
    """Outside an organisation strangers need no look-up; inside one only Slack can tell."""
    user = SlackUser(team, "U1")
    assert installation.may_have(user) is may
    assert installation.names(user) is named


def test_one_person_has_one_name() -> None:
    """Whichever workspace and form of the ID a click names, the person compares equal."""
    profile = of_org("T2", "T1", "T2")
    clicks = [SlackUser("T1", "U1"), SlackUser("T2", "U1"), SlackUser("E1", "W1")]
    assert {IN_ORG.user(click, profile) for click in clicks} == {SlackUser("T1", "W1")}
    assert {ORG_WIDE.user(click, profile) for click in clicks} == {SlackUser("E1", "W1")}
    assert ALONE.user(SlackUser("T1", "U1"), Profile("T1", user="U1")) == SlackUser("T1", "U1")
    assert ALONE.user(SlackUser("T1", "U1"), Profile("T1")) == SlackUser("T1", "U1")
