"""Who is asked to confirm: of a strict Slack over the wire."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.deletions.approvers import LARGEST_GROUP, Approvers
from bot.deletions.authorizer import BURST, Authorizer
from bot.domain.access import AccessPolicy
from bot.domain.deletion import Deletion
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.lifecycle import State
from bot.domain.operators import Operators
from bot.manifest import parsed_manifest
from bot.slack.directory import SlackDirectory
from bot.slack.transport.bolt import slack_session, web_client
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.slack.faults import ServerError
from tests.domain.samples import deletion

OPERATORS = {"U1": "alice", "U2": "bob", "U4": "dave", "U5": "Alice"}


class Asking:
    """A Slack, and whom the bot asks in it."""

    def __init__(self, slack: SlackStandIn, directory: SlackDirectory) -> None:
        self.slack = slack
        self._directory = directory

    @property
    def request(self) -> Deletion:
        """Alice's."""
        return replace(deletion(State.REVIEWED), requester=SlackUser(self.slack.workspace.team_id, "U1"))

    @property
    def policy(self) -> AccessPolicy:
        """Who may ask."""
        return AccessPolicy(Installation(self.slack.workspace.team_id), Operators(OPERATORS))

    async def of(self, *ask: str, policy: AccessPolicy | None = None) -> tuple[str, ...]:
        """Who is asked, if the settings name these."""
        authorizer = Authorizer(self._directory, policy or self.policy)
        return await Approvers(authorizer, self._directory, ask).of(self.request)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    """Alice asks; Bob and Dave could confirm, Carol has no operator, and U5 has Alice's."""
    async with SlackStandIn(parsed_manifest()) as slack, slack_session() as session:
        for user, name in (("U1", "alice"), ("U2", "bob"), ("U3", "carol"), ("U4", "dave"), ("U5", "alias")):
            slack.user(user, name)
        yield Asking(slack, SlackDirectory(web_client(slack.bot_token, session, slack.api_url)))


async def test_those_who_may_confirm_are_asked(asking: Asking) -> None:
    """Not the requester, nor their second account, nor someone without an operator, nor one whom nobody knows."""
    assert await asking.of("U1", "U2", "U3", "U4", "U5", "U9") == ("U2", "U4")
    assert await asking.of("U1", "U3", "U5") == ()
    assert await asking.of() == ()


async def test_whoever_left_is_not_asked(asking: Asking) -> None:
    """Nor a guest, nor a bot."""
    users = asking.slack.workspace.users
    users["U2"] = replace(users["U2"], deleted=True)
    users["U4"] = replace(users["U4"], is_restricted=True)
    users["U3"] = replace(users["U3"], is_bot=True)
    assert await asking.of("U2", "U3", "U4") == ()


async def test_one_who_cannot_be_checked_is_left_out(asking: Asking) -> None:
    """A look-up that fails keeps only that person out; if nobody else is there, they are asked all the same."""
    asking.slack.fail_next("users.info", ServerError(), times=1)
    first = await asking.of("U2", "U4")
    assert len(first) == 1
    asking.slack.fail_next("users.info", ServerError(), times=2)
    assert await asking.of("U2", "U3") in {("U2",), ("U2", "U3")}


async def test_all_of_a_long_list_are_asked(asking: Asking) -> None:
    """Those beyond the requester's share of Slack's quota are asked too: their clicks are checked anyway."""
    many = [f"U{number}" for number in range(10, 10 + BURST + 5)]
    for user in many:
        asking.slack.user(user, user.lower())
    policy = replace(asking.policy, operators=Operators({**OPERATORS, **{user: user for user in many}}))
    assert await asking.of("U3", *many, "U1", policy=policy) == tuple(many)
    assert len(asking.slack.wire.calls("users.info")) == BURST


async def test_a_group_that_was_removed_is_not_asked(asking: Asking) -> None:
    """A mention of it would reach nobody, and the request would wait in vain."""
    assert await asking.of("S9") == ()


async def test_a_group_is_asked_by_its_members(asking: Asking) -> None:
    """Each once, though they are in two groups; a member who could not confirm is not called."""
    asking.slack.usergroup("S1", [asking.slack.user("U2", "bob"), asking.slack.user("U3", "carol")])
    asking.slack.usergroup("S2", [asking.slack.user("U2", "bob"), asking.slack.user("U4", "dave")])
    assert await asking.of("S1", "S2", "U4") == ("U2", "U4")


async def test_a_large_group_is_asked_as_a_whole(asking: Asking) -> None:
    """So is one whose members Slack does not tell: a failure there keeps nobody from being asked."""
    crowd = [asking.slack.user(f"U{number}", f"n{number}") for number in range(100, 101 + LARGEST_GROUP)]
    asking.slack.usergroup("S1", crowd)
    assert await asking.of("S1", "U2") == ("S1", "U2")
    assert not asking.slack.wire.calls("users.info")[1:]
    asking.slack.fail_next("usergroups.users.list", ServerError())
    assert await asking.of("S2") == ("S2",)
