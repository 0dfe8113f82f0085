"""What Slack says about people, and what becomes of it when it says nothing."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.domain.identity import SlackUser
from bot.domain.profile import DirectoryEntry, Profile, Unseen
from bot.manifest import parsed_manifest
from bot.slack.directory import SlackDirectory
from bot.slack.errors import ABOUT_THE_APP
from bot.slack.health import AppProblem, SlackHealth
from bot.slack.transport.bolt import slack_session, web_client
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.slack.faults import ApiError, Fault, Hang, RateLimited, ServerError
from tests.slack.wire import Answer, Json, SlackWire

ALICE = Profile("", email="alice@example.com", field="alice.iam", user="U01ALICE")


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
async def standin() -> AsyncIterator[SlackStandIn]:
    """A strict Slack with Alice, whose profile is full, and Bob, who has not confirmed his address."""
    async with SlackStandIn(parsed_manifest()) as slack:
        alice = slack.user("U01ALICE", "alice", email="alice@example.com", profile_fields={"Xf01": "alice.iam"})
        slack.user("U01BOB", "bob", email="bob@example.com", is_email_confirmed=False)
        slack.user("U01GUEST", "guest", is_ultra_restricted=True)
        slack.usergroup("S01", [alice])
        yield slack


@pytest.fixture
def clock() -> Clock:
    """The directory's clock."""
    return Clock()


@pytest.fixture
def health() -> SlackHealth:
    """What Slack refuses the app."""
    return SlackHealth()


@pytest.fixture
async def directory(standin: SlackStandIn, clock: Clock, health: SlackHealth) -> AsyncIterator[SlackDirectory]:
    """A directory that reads a field and a group."""
    async with slack_session() as session:
        client = web_client(standin.bot_token, session, standin.api_url)
        yield SlackDirectory(client, "Xf01", ["S01"], health=health, clock=clock)


async def test_what_is_read(standin: SlackStandIn, directory: SlackDirectory) -> None:
    """The account, a confirmed address, the custom field, and whether a group has them."""
    team = standin.workspace.team_id
    alice = await directory.look_up(SlackUser(team, "U01ALICE"))
    assert alice == DirectoryEntry(replace(ALICE, team=team), in_group=True)
    assert not alice.cached
    assert (await directory.look_up(SlackUser(team, "U01BOB"))).profile == Profile(team, user="U01BOB")
    guest = (await directory.look_up(SlackUser(team, "U01GUEST"))).profile
    assert guest == Profile(team, guest=True, user="U01GUEST")


async def test_what_is_remembered(standin: SlackStandIn, directory: SlackDirectory, clock: Clock) -> None:
    """A second look-up is answered from memory and says how old it is, unless a fresh answer is wanted."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    await directory.look_up(user)
    standin.workspace.users[user.id].deleted = True
    clock.now += 12

    remembered, fresh = await directory.look_up(user), await directory.look_up(user, fresh=True)

    assert remembered == DirectoryEntry(replace(ALICE, team=user.team), in_group=True, age=12)
    assert not fresh.cached
    assert isinstance(fresh.profile, Profile)
    assert fresh.profile.deactivated


async def test_nothing_is_remembered_for_longer_than_a_minute(
    standin: SlackStandIn, directory: SlackDirectory, clock: Clock
) -> None:
    """Then Slack is asked again."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    await directory.look_up(user)
    clock.now += 60
    assert (await directory.look_up(user)).age is None


@pytest.mark.parametrize(
    ("fault", "unseen"),
    [
        (ApiError("missing_scope"), Unseen.MAY_NOT_ASK),
        *((ApiError(code), Unseen.NO_ANSWER) for code in sorted(ABOUT_THE_APP - {"missing_scope"})),
        *((ApiError(code), Unseen.NO_ANSWER) for code in ("unknown_method", "user_not_found", "user_not_visible", "x")),
        *((ServerError(status), Unseen.NO_ANSWER) for status in (400, 403, 404, 405, 500, 503)),
        (RateLimited(), Unseen.NO_ANSWER),
        (Hang(), Unseen.NO_ANSWER),
    ],
    ids=repr,
)
async def test_only_a_missing_scope_is_no_permission_to_ask(
    standin: SlackStandIn, directory: SlackDirectory, fault: Fault, unseen: Unseen
) -> None:
    """Whatever Slack does, there is an answer well within the three seconds; no failure is remembered."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    for method in ("users.info", "usergroups.users.list"):
        standin.faults.fail_always(method, fault)
    started = time.monotonic()

    entry = await directory.look_up(user)

    assert (entry.profile, entry.in_group, entry.age) == (unseen, unseen, None)
    assert time.monotonic() - started < 2.5  # the promise itself; the look-up is cut off after one second
    standin.faults.clear()
    assert isinstance((await directory.look_up(user)).profile, Profile)


@pytest.mark.parametrize("fault", [ApiError("missing_scope"), ApiError("token_revoked")], ids=repr)
async def test_what_slack_refuses_the_app_is_logged_once_and_known(
    standin: SlackStandIn, directory: SlackDirectory, health: SlackHealth, fault: ApiError
) -> None:
    """An app installed with an older manifest says so in the log, not at every click, and until it is mended."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    standin.fail_next("users.info", fault, times=2)

    with capture_logs() as logs:
        await directory.look_up(user)
        await directory.look_up(user)

    assert [(log["method"], log["why"], log["log_level"]) for log in logs] == [("users.info", fault.error, "error")]
    assert list(health.problems) == [AppProblem("users.info", fault.error)]
    await directory.look_up(user)
    assert not health.problems


UNREADABLE: list[Json | str] = [{"ok": True}, {"ok": True, "user": None}, {"ok": True, "user": []}, "{", "", "[]"]


@pytest.mark.parametrize("body", UNREADABLE, ids=str)
async def test_an_answer_without_a_user_says_nothing(
    slack: SlackWire, client: AsyncWebClient, body: Json | str
) -> None:
    """What cannot be read is no word in anybody's favour, and no permission to skip the checks."""
    slack.answer("users.info", Answer(body, headers={"Content-Type": "application/json"} if body == "{" else {}))
    assert (await SlackDirectory(client).look_up(SlackUser("T1", "U1"))).profile is Unseen.NO_ANSWER


async def test_a_group_without_members_in_the_answer_has_nobody(slack: SlackWire, client: AsyncWebClient) -> None:
    """A list that is not there is not an empty one: nobody knows."""
    slack.answer("users.info", Answer({"ok": True, "user": {"id": "U1", "team_id": "T1"}}))
    slack.answer("usergroups.users.list", Answer({"ok": True}))
    assert (await SlackDirectory(client, "", ["S1"]).look_up(SlackUser("T1", "U1"))).in_group is Unseen.NO_ANSWER


IN_ORG: Json = {
    "ok": True,
    "user": {
        "id": "U1",
        "team_id": "T2",
        "enterprise_user": {"id": "W1", "enterprise_id": "E1", "enterprise_name": "Acme", "teams": ["T1", "T2"]},
    },
}


async def test_what_is_read_in_an_organisation(slack: SlackWire, client: AsyncWebClient) -> None:
    """Both forms of the ID, the organisation and its workspaces; a group has them by either form."""
    slack.answer("users.info", Answer(IN_ORG))
    slack.answer("usergroups.users.list", Answer({"ok": True, "users": ["W1"]}))

    entry = await SlackDirectory(client, "", ["S1"]).look_up(SlackUser("T2", "U1"))

    teams = frozenset({"T1", "T2"})
    assert entry.profile == Profile("T2", user="U1", enterprise="E1", enterprise_user="W1", teams=teams)
    assert entry.in_group is True
    assert "team_id" not in slack.calls[1].body


@pytest.mark.parametrize(
    ("team", "profile", "asked"),
    [
        ("T3", IN_ORG, "T3"),
        ("E1", IN_ORG, "T2"),
        ("E1", {**IN_ORG, "user": {"team_id": "E1", "enterprise_user": {"teams": ["T5", "T4"]}}}, "T4"),
        ("E1", {"ok": False, "error": "internal_error"}, None),
    ],
    ids=str,
)
async def test_a_group_is_looked_up_in_the_workspace_of_the_person(
    slack: SlackWire, client: AsyncWebClient, team: str, profile: Json, asked: str | None
) -> None:
    """An organisation-wide token has to say which workspace it means; a click may name only the organisation."""
    slack.answer("users.info", Answer(profile), Answer(profile))
    slack.answer("usergroups.users.list", *[Answer({"ok": True, "users": ["U1"]})] * 2)
    directory = SlackDirectory(client, "", ["S1"], org_wide=True)

    assert (await directory.look_up(SlackUser(team, "U1"))).in_group is True
    assert await directory.members("S2", SlackUser(team, "U1")) == frozenset({"U1"})

    calls = [call for call in slack.calls if call.method == "usergroups.users.list"]
    assert [call.body.get("team_id") for call in calls] == [asked, asked]


async def test_a_group_that_was_removed_is_known_to_be(standin: SlackStandIn, directory: SlackDirectory) -> None:
    """Slack's word that there is no such group is an answer: asking again would not help."""
    del standin.workspace.usergroups["S01"]
    entry = await directory.look_up(SlackUser(standin.workspace.team_id, "U01ALICE"))
    assert entry.in_group is Unseen.NO_SUCH_GROUP


@pytest.mark.parametrize(
    "odd",
    [
        {"enterprise_user": None},
        {"enterprise_user": "E1"},
        {"enterprise_user": {"teams": "T1"}},
        {"enterprise_user": {"teams": [None, 1]}},
        {"enterprise_user": {"id": 7, "enterprise_id": None}},
        {"id": None, "profile": None},
    ],
    ids=str,
)
async def test_odd_shapes_count_in_nobodys_favour(slack: SlackWire, client: AsyncWebClient, odd: Json) -> None:
    """What is not what Slack documents is left out."""
    slack.answer("users.info", Answer({"ok": True, "user": {"team_id": "T1", **odd}}))
    assert (await SlackDirectory(client).look_up(SlackUser("T1", "U1"))).profile == Profile("T1")
