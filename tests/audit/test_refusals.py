"""Refusals are recorded, and what fails about that is logged: the person's answer stays the same."""

from structlog.testing import capture_logs

from bot.deletions.background import Background
from bot.deletions.refusals import Refusals
from bot.domain.brakes import Burst, Freeze
from bot.domain.errors import NotRecordedError
from bot.domain.identity import SlackUser
from bot.domain.policy import Policy, Reason
from bot.domain.record import Note, What
from bot.slack.delivery import SlackMessenger
from tests.slack.conftest import background, client, conversation, session, slack
from tests.slack.memory import MemoryBrakes, MemoryRecord
from tests.slack.wire import SlackWire

__all__ = ["background", "client", "conversation", "session", "slack"]

ALICE = SlackUser("T1", "U01ALICE")


class Unreachable(MemoryRecord, MemoryBrakes):
    """A Redis that refuses."""

    async def note(self, note: Note) -> None:
        """Refuse."""
        del note
        raise NotRecordedError

    async def frozen(self) -> Freeze | None:
        """Refuse."""
        raise NotRecordedError


async def test_a_refusal_is_recorded(conversation: SlackMessenger, background: Background) -> None:
    """Who tried what, where, and why it was refused."""
    record = MemoryRecord()
    Refusals(record, MemoryBrakes(), conversation, background, Policy("T1")).note(
        ALICE, "delete", Reason.NO_OPERATOR, "C1", "task-1"
    )
    await background.drain(5)
    expected = Note(
        what=What.REFUSED, who="U01ALICE", team="T1", task="task-1", channel="C1", act="delete", why="no_operator"
    )
    assert record.notes == [expected]


async def test_without_redis_a_refusal_stays_what_it_is(conversation: SlackMessenger, background: Background) -> None:
    """It is logged as not recorded, and no freeze is told."""
    redis = Unreachable()
    refusals = Refusals(redis, redis, conversation, background, Policy("T1"))
    with capture_logs() as logs:
        refusals.note(ALICE, "delete", Reason.NO_OPERATOR, "C1")
        assert await refusals.freeze_to_tell(Reason.NOT_REQUESTER) is None
        await background.drain(5)
    assert [log["event"] for log in logs] == ["whether it is frozen is not known", "a refusal was not recorded"]


async def test_those_who_are_nobody_here_are_not_told_of_a_freeze(
    conversation: SlackMessenger, background: Background
) -> None:
    """Strangers learn nothing."""
    brakes = MemoryBrakes()
    freeze, _ = await brakes.freeze(ALICE, "an audit")
    refusals = Refusals(MemoryRecord(), brakes, conversation, background, Policy("T1"))
    assert await refusals.freeze_to_tell(Reason.NOT_REQUESTER) == freeze
    assert await refusals.freeze_to_tell(Reason.OTHER_TEAM) is None
    assert await refusals.freeze_to_tell(Reason.NO_OPERATOR) is None


async def test_every_admin_is_told_of_a_burst_once(
    slack: SlackWire, conversation: SlackMessenger, background: Background
) -> None:
    """By direct message, at its first refusal alone."""
    policy = Policy("T1", admins=frozenset({"U08", "U09"}))
    refusals = Refusals(MemoryRecord(), MemoryBrakes(), conversation, background, policy)
    for first in (True, False):
        assert refusals.braked(Burst(ALICE, 5, 1_790_000_000_000, of_person=True, first=first)) is Reason.TOO_MANY
    await background.drain(5)
    posts = await slack.wait_for("chat.postMessage", 2)
    assert sorted(str(post.body["channel"]) for post in posts) == ["U08", "U09"]
