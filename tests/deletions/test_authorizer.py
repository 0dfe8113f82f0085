"""Who may, asked in one place: of a strict Slack over the wire, as seldom as possible."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.deletions.authorizer import BURST, EACH, REFUSED_FOR, Authorizer
from bot.domain.access import AccessPolicy, Identity
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.operators import Operators, Source
from bot.domain.refusal import Reason, Refused
from bot.domain.text import Channel, Several
from bot.manifest import parsed_manifest
from bot.slack.directory import SlackDirectory
from bot.slack.transport.bolt import slack_session, web_client
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.slack.faults import ApiError, Fault, Hang, RateLimited, ServerError
from tests.slack.wire import Answer, Json, SlackWire

INFO = "users.info"


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


class Office:
    """A Slack, what is asked of it, and authorizers with rules of a test's own."""

    def __init__(self, slack: SlackStandIn, directory: SlackDirectory, clock: Clock) -> None:
        self.slack = slack
        self.clock = clock
        self.team = slack.workspace.team_id
        self.alice, self.bob, self.nobody = (SlackUser(self.team, name) for name in ("U1", "U2", "U3"))
        self.policy = AccessPolicy(
            Installation(self.team), Operators({"U1": "alice", "U2": "bob"}), admins=frozenset({"U1"})
        )
        self._directory = directory

    def authorizer(self, policy: AccessPolicy | None = None) -> Authorizer:
        """One with its own quota."""
        return Authorizer(self._directory, policy or self.policy, self.clock)

    @property
    def look_ups(self) -> int:
        """How often users.info was called."""
        return len(self.slack.wire.calls(INFO))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """Alice and Bob have operators, the third has none."""
    async with SlackStandIn(parsed_manifest()) as slack, slack_session() as session:
        for user, name in (("U1", "alice"), ("U2", "bob"), ("U3", "carol")):
            slack.user(user, name, email=f"{name}@example.com")
        clock = Clock()
        directory = SlackDirectory(web_client(slack.bot_token, session, slack.api_url), clock=clock)
        yield Office(slack, directory, clock)


async def reason(asking: asyncio.Future[Identity] | object) -> Reason | str:
    """The reason of a refusal, or the operator."""
    assert asyncio.iscoroutine(asking)
    try:
        identity = await asking
    except Refused as refused:
        return refused.reason
    assert isinstance(identity, Identity)
    return identity.operator


async def test_an_identity_or_a_refusal_with_what_it_is_about(office: Office) -> None:
    """Who may is returned; who may not is raised, with the reason and what its words may name."""
    authorizer = office.authorizer(replace(office.policy, channels=frozenset({"C1"})))
    whole = Identity(office.alice, "alice", (Source.LISTED,), admin=True)
    assert await authorizer.identify(office.alice, "C1") == whole
    assert await authorizer.recognise(office.alice) == whole
    with pytest.raises(Refused) as caught:
        await authorizer.identify(office.alice, "C2")
    assert caught.value.reason is Reason.CHANNEL_NOT_ALLOWED
    assert caught.value.values == {"channels": Several((Channel("C1"),))}


async def test_who_is_nobody_costs_nothing(office: Office) -> None:
    """110 commands of someone in no list, of strangers and in a forbidden channel: Slack is never asked."""
    narrow = replace(office.policy, users=frozenset({"U1"}), channels=frozenset({"C1"}))
    authorizer = office.authorizer(narrow)
    for _ in range(110):
        assert await reason(authorizer.recognise(office.nobody)) is Reason.NO_OPERATOR
        assert await reason(authorizer.identify(office.nobody, "C1")) is Reason.NO_OPERATOR
        assert await reason(authorizer.identify(SlackUser("T9", "U1"), "C1", fresh=True)) is Reason.OTHER_TEAM
        assert await reason(authorizer.identify(SlackUser("", "U1"), "C1")) is Reason.OTHER_TEAM
        assert await reason(authorizer.identify(office.bob, "C1", fresh=True)) is Reason.USER_NOT_ALLOWED
        assert await reason(authorizer.identify(office.alice, "C2")) is Reason.CHANNEL_NOT_ALLOWED
        assert await reason(authorizer.identify_to_stop(office.nobody, "C1")) is Reason.NO_OPERATOR
        assert await reason(authorizer.identify_admin(office.bob)) is Reason.NOT_ADMIN
    assert office.look_ups == 0


async def test_a_refusal_is_remembered_for_some_seconds(office: Office) -> None:
    """With operators from e-mail someone without one has to be looked up, but not a hundred times."""
    derived = replace(office.policy, operators=Operators(email_domain="example.org"))
    authorizer = office.authorizer(derived)
    for _ in range(110):
        assert await reason(authorizer.recognise(office.nobody)) is Reason.NO_OPERATOR
    assert office.look_ups == 1
    office.clock.now += REFUSED_FOR + 1
    office.slack.user("U3", "carol", email="carol@example.org")
    assert await reason(authorizer.recognise(office.nobody)) == "carol"
    assert office.look_ups == 2


async def test_nobody_is_let_in_for_a_confirmation_by_memory(office: Office) -> None:
    """What leads to a DELETE asks Slack every time."""
    authorizer = office.authorizer()
    await authorizer.identify(office.alice, "C1")
    office.slack.workspace.users["U1"].deleted = True
    assert await reason(authorizer.identify(office.alice, "C1")) == "alice"
    assert await reason(authorizer.identify(office.alice, "C1", fresh=True)) is Reason.DEACTIVATED


async def test_a_person_has_look_ups_of_their_own(office: Office) -> None:
    """Whoever presses all day uses up their own look-ups, and gets them back; nobody else's are touched."""
    authorizer = office.authorizer()
    answers = [await reason(authorizer.identify(office.bob, "C1", fresh=True)) for _ in range(BURST + 10)]
    assert answers == ["bob"] * BURST + [Reason.ASKED_TOO_OFTEN] * 10
    assert office.look_ups == BURST
    assert await reason(authorizer.identify(office.alice, "C1", fresh=True)) == "alice"
    office.clock.now += EACH
    assert await reason(authorizer.identify(office.bob, "C1", fresh=True)) == "bob"
    assert await reason(authorizer.identify(office.bob, "C1", fresh=True)) is Reason.ASKED_TOO_OFTEN


async def test_many_at_once_do_not_slip_past_the_quota(office: Office) -> None:
    """A hundred clicks in one moment are as many look-ups as the quota has."""
    authorizer = office.authorizer()
    await asyncio.gather(*(reason(authorizer.identify(office.bob, "C1", fresh=True)) for _ in range(100)))
    assert office.look_ups == BURST


async def test_a_look_up_is_paid_by_who_clicked(office: Office) -> None:
    """Bob, who confirms what Alice asked for, uses up his own look-ups, not hers."""
    authorizer = office.authorizer()
    for _ in range(BURST):
        await authorizer.identify(office.alice, "C1", fresh=True, asked_by=office.bob)
    asked = authorizer.identify(office.alice, "C1", fresh=True, asked_by=office.bob)
    assert await reason(asked) is Reason.ASKED_TOO_OFTEN
    assert await reason(authorizer.identify(office.alice, "C1", fresh=True)) == "alice"


async def test_what_is_remembered_costs_nothing(office: Office) -> None:
    """A busy person who asks for many deletions is looked up once a minute."""
    authorizer = office.authorizer()
    assert {await reason(authorizer.identify(office.alice, "C1")) for _ in range(5 * BURST)} == {"alice"}
    assert office.look_ups == 1


FAULTS: list[tuple[Fault, Reason]] = [
    (Hang(), Reason.NOT_CHECKED),
    (ServerError(), Reason.NOT_CHECKED),
    (ServerError(404), Reason.NOT_CHECKED),
    (RateLimited(30), Reason.NOT_CHECKED),
    (ApiError("unknown_method"), Reason.NOT_CHECKED),
    (ApiError("user_not_found"), Reason.NOT_CHECKED),
    (ApiError("token_revoked"), Reason.NOT_CHECKED),
    (ApiError("missing_scope"), Reason.MAY_NOT_CHECK),
]


@pytest.mark.parametrize(("fault", "why"), FAULTS, ids=repr)
async def test_whom_slack_does_not_vouch_for_may_only_stop(office: Office, fault: Fault, why: Reason) -> None:
    """Listed or not: no request, no confirmation, no unfreeze; but Cancel, Stop and freeze, and later all of it."""
    office.slack.faults.fail_always(INFO, fault)
    authorizer = office.authorizer()
    assert await reason(authorizer.identify(office.alice, "C1")) is why
    assert await reason(authorizer.identify(office.alice, "C1", fresh=True)) is why
    assert await reason(authorizer.identify_admin(office.alice)) is why
    assert await authorizer.identify_to_stop(office.bob, "C1") == Identity(office.bob, "bob")
    assert (await authorizer.identify_admin(office.alice, to_stop=True)).admin
    office.slack.faults.clear(INFO)
    assert await reason(authorizer.identify(office.alice, "C1")) == "alice"


async def test_a_freeze_needs_no_word_of_slacks(office: Office) -> None:
    """It is set as soon as an admin asks for it; an unfreeze is checked."""
    authorizer = office.authorizer()
    assert (await authorizer.identify_admin(office.alice, to_stop=True)).admin
    assert office.look_ups == 0
    assert (await authorizer.identify_admin(office.alice)).admin
    office.slack.workspace.users["U1"].is_restricted = True
    assert await reason(authorizer.identify_admin(office.alice)) is Reason.GUEST
    assert office.look_ups == 2


async def test_who_has_asked_too_often_can_still_stop(office: Office) -> None:
    """A quota that is used up keeps nobody from Cancel, Stop and freeze."""
    authorizer = office.authorizer()
    for _ in range(BURST + 1):
        await reason(authorizer.identify(office.alice, "C1", fresh=True))
    assert await reason(authorizer.identify(office.alice, "C1", fresh=True)) is Reason.ASKED_TOO_OFTEN
    assert await reason(authorizer.identify_to_stop(office.alice, "C1")) == "alice"
    assert (await authorizer.identify_admin(office.alice, to_stop=True)).admin


IN_ORG: Json = {
    "ok": True,
    "user": {"id": "U1", "team_id": "T2", "enterprise_user": {"id": "W1", "enterprise_id": "E1", "teams": ["T1"]}},
}
OUTSIDE: Json = {
    "ok": True,
    "user": {"id": "U1", "team_id": "T9", "enterprise_user": {"id": "W1", "enterprise_id": "E9", "teams": ["T9"]}},
}


@pytest.mark.parametrize("org_wide", [False, True])
async def test_in_an_organisation_a_person_is_one_person_and_strangers_stay_out(*, org_wide: bool) -> None:
    """Clicks from any workspace and with either form of the ID are Alice's; another company's are nobody's."""
    installation = Installation("T1", "E1", org_wide=org_wide)
    policy = AccessPolicy(installation, Operators({"U1": "alice"}), admins=frozenset({"W1"}))
    async with SlackWire().serving() as slack, slack_session() as session:
        directory = SlackDirectory(web_client("xoxb-test", session, slack.api_url), org_wide=org_wide)
        authorizer = Authorizer(directory, policy)
        whole = Identity(SlackUser(installation.home, "W1"), "alice", (Source.LISTED,), admin=True)
        for team, user in (("T1", "U1"), ("T2", "U1"), ("E1", "U1"), ("E1", "W1"), (installation.home, "W1")):
            slack.answer("users.info", Answer(IN_ORG), Answer(IN_ORG))
            assert await authorizer.identify(SlackUser(team, user), "C1", fresh=True) == whole
            assert await authorizer.identify_admin(SlackUser(team, user)) == whole
        for team in ("T9", "E9", "T1", "E1"):
            slack.answer("users.info", Answer(OUTSIDE))
            assert await reason(authorizer.identify(SlackUser(team, "U1"), "C1", fresh=True)) is Reason.OTHER_TEAM
        asked = len(slack.calls)
        assert await reason(authorizer.identify(SlackUser("", "U1"), "C1", fresh=True)) is Reason.OTHER_TEAM
        assert len(slack.calls) == asked


async def test_guests_and_closed_accounts_do_not_stop_either(office: Office) -> None:
    """Slack's word against someone counts, its silence does not."""
    office.slack.workspace.users["U2"].is_ultra_restricted = True
    assert await reason(office.authorizer().identify_to_stop(office.bob, "C1")) is Reason.GUEST
