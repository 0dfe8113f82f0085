"""Refusals are recorded, limits are told to the admins, and what fails about that leaves the person's answer alone."""

from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.deletions.background import Background
from bot.deletions.ports import ConflictError
from bot.deletions.refusals import Refusals, refused_by
from bot.domain.errors import UsageError
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action
from bot.domain.rate_limits import Limits
from bot.domain.refusal import Reason, Refused
from bot.domain.text import Text
from bot.slack.delivery import SlackMessenger
from bot.store.audit import RedisAuditLog
from tests.slack.wire import SlackWire, refused
from tests.store.rig import ALICE, BOB, Rig, acting, conflict_of
from tests.store.servers import free_port

ADMINS = ("U0ADMIN", "U0DANA")


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    """Where refusals are recorded, after the person has been answered."""
    running = Background()
    yield running
    await running.drain(5)


@pytest.fixture
def refusals(rig: Rig, background: Background, messenger: SlackMessenger) -> Refusals:
    """What is tested."""
    return Refusals(rig.audit, background, messenger, ADMINS)


def refuse(
    refusals: Refusals, by: SlackUser = ALICE, reason: Reason = Reason.NO_OPERATOR, task: str = "task-1"
) -> None:
    """Someone is refused."""
    with pytest.raises(Refused), refusals.recorded(by, "delete", "C1", task=task):
        raise Refused(reason)


async def events(rig: Rig, *names: str) -> list[tuple[str, ...]]:
    """What the log says of the refusals."""
    return [tuple(event.get(name) for name in names) for event in await rig.audit.following()]


async def test_a_refusal_is_recorded(rig: Rig, refusals: Refusals, background: Background) -> None:
    """Who tried what, where, and why it was refused; and it goes on to whoever answers it."""
    refuse(refusals)
    await background.drain(5)
    names = ("kind", "who", "team", "task", "channel", "action", "reason", "count")
    assert await events(rig, *names) == [("refused", ALICE.id, ALICE.team, "task-1", "C1", "delete", "no_operator", "")]


@pytest.mark.parametrize("error", [KeyError(), UsageError(Text("One task at a time."))], ids=repr)
async def test_what_is_not_refused_is_not_recorded(
    rig: Rig, refusals: Refusals, background: Background, error: Exception
) -> None:
    """Neither success nor another error."""
    with refusals.recorded(ALICE, "delete", "C1"):
        pass
    with pytest.raises(type(error)), refusals.recorded(ALICE, "delete", "C1"):
        raise error
    await background.drain(5)
    assert await rig.events() == []


async def test_repeated_refusals_become_one_event_with_a_count(
    rig: Rig, refusals: Refusals, background: Background
) -> None:
    """A hundred clicks of a stranger are two events, whatever tasks they name; others' refusals stay their own."""
    for number in range(100):
        refuse(refusals, task=f"task-{number}")
    refuse(refusals, BOB)
    refuse(refusals, reason=Reason.GUEST)
    await background.drain(5)
    await refusals.record_repeated()
    first = [(ALICE.id, "no_operator", ""), (BOB.id, "no_operator", ""), (ALICE.id, "guest", "")]
    assert sorted(await events(rig, "who", "reason", "count")) == sorted(first)
    await refusals.record_repeated(all_of_them=True)
    assert (await events(rig, "who", "reason", "count", "task"))[3:] == [(ALICE.id, "no_operator", "99", "task-99")]


async def test_without_redis_a_refusal_stays_what_it_is(
    rig: Rig, background: Background, messenger: SlackMessenger
) -> None:
    """It is logged, and logged as not recorded."""
    nowhere = RedisAuditLog(rig.another_calls(f"redis://127.0.0.1:{free_port()}"))
    with capture_logs() as logs:
        refuse(Refusals(nowhere, background, messenger))
        await background.drain(5)
    said = [log["event"] for log in logs if log["event"] != "redis is slow"]  # on a loaded machine it may be that too
    assert said == ["refused", "redis failed", "refusal not recorded"]


async def limit_reached(rig: Rig, limits: Limits) -> list[ConflictError]:
    """Three confirmations of Alice's, of which the first reaches the limit; the others' conflicts."""
    store = rig.another_store(limits=limits)
    reviewed = [await rig.reviewed(f"task-{number}") for number in range(3)]
    await store.commit(acting(reviewed[0], Action.CONFIRM))
    return [await conflict_of(store, acting(each, Action.CONFIRM)) for each in reviewed[1:]]


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(per_hour=1), "⚠️ This hour's limit for deletions is reached: 1"),
        (Limits(per_hour_per_person=1), "⚠️ <@U0ALICE> has reached this hour's limit for deletions: 1"),
    ],
    ids=["everyone", "person"],
)
async def test_the_admins_are_told_of_a_limit_once(  # noqa: PLR0913, PLR0917 - fixtures, and the two cases
    rig: Rig, refusals: Refusals, background: Background, slack: SlackWire, limits: Limits, says: str
) -> None:
    """By direct message, each of them, of the requester's limit whoever confirmed; each refusal is recorded as ever."""
    for conflict in await limit_reached(rig, limits):
        with pytest.raises(Refused), refusals.recorded(BOB, "confirm", "C1"):
            raise refused_by(conflict) from conflict
    await background.drain(5)
    await refusals.record_repeated(all_of_them=True)
    assert [call.body["channel"] for call in slack.calls] == list(ADMINS)
    assert all(str(call.body["text"]).startswith(says) for call in slack.calls)
    last = (await events(rig, "kind", "who", "reason"))[-2:]
    assert last == [("refused", BOB.id, "too_many")] * 2


async def test_other_refusals_bother_no_admin(refusals: Refusals, background: Background, slack: SlackWire) -> None:
    """Only a limit does."""
    refuse(refusals)
    refuse(refusals, reason=Reason.FROZEN)
    await background.drain(5)
    assert slack.calls == []


async def test_an_admin_who_cannot_be_told_changes_nothing(
    rig: Rig, refusals: Refusals, background: Background, slack: SlackWire
) -> None:
    """It is logged; the others are told, and the refusal is what it was."""
    slack.answer("chat.postMessage", refused("user_disabled"))
    conflict, _ = await limit_reached(rig, Limits(per_hour=1))
    with capture_logs() as logs:
        with pytest.raises(Refused) as caught, refusals.recorded(ALICE, "confirm", "C1"):
            raise refused_by(conflict) from conflict
        await background.drain(5)
    assert caught.value.reason is Reason.TOO_MANY
    assert len(slack.calls) == len(ADMINS)
    assert len([log for log in logs if log["event"] == "limit notice not delivered"]) == 1
