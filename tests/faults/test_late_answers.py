"""A definite answer that comes late is not lost: another process has taken over the deletion, or Redis has lost it."""

import signal

import pytest
from redis import Redis

from bot.domain.audit import Recorded
from bot.domain.lifecycle import EventKind, State
from bot.store.schema import Keys
from codecheck_sandbox.codearts import Delay, InternalError
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, NOT_DELETED, TASK, Rig, buttons
from tests.faults.wire import Point
from tests.slack.waiting import until

UNKNOWN = "not known yet whether it was deleted"


async def call_that_takes_a_while(rig: Rig, *, refused: bool, seconds: float = 1.5) -> None:
    """A confirmed deletion's DELETE is in flight, and look-ups fail from now on."""
    await rig.review()
    rig.codearts.next_answer(Delay(seconds))
    rig.wire.at(Point("codearts DELETE", 1, "before"), lambda: _hide(rig, running=refused), pass_on=True)
    await rig.alice.clicks(CONFIRM, on=rig.channel)
    await rig.codearts.arrival("DELETE")


def _hide(rig: Rig, *, running: bool) -> None:
    rig.codearts.change(TASK, running=running)  # then the service refuses to delete it
    rig.codearts.always_answer(InternalError(500), to="GET")


def lose_everything(rig: Rig) -> None:
    """Redis loses all of its data at this moment."""
    with Redis.from_url(rig.redis_url) as redis:
        for key in redis.scan_iter(f"{rig.prefix}:*"):
            redis.delete(key)


@pytest.mark.parametrize("refused", [False, True], ids=["success", "refusal"])
async def test_the_answer_comes_when_another_has_taken_over(world: Worlds, *, refused: bool) -> None:
    """The channel was told that the outcome is not known yet; the answer corrects that, and is in the audit log."""
    async with world(bots=2) as rig:
        await call_that_takes_a_while(rig, refused=refused)
        (deletion,) = await rig.deletions()
        await rig.redis.zadd(Keys(rig.prefix).due, {deletion.id: 1})  # its lease is over, as if the clock had jumped
        await rig.slack.until(lambda: rig.results(UNKNOWN))
        end, said = (State.FAILED, NOT_DELETED) if refused else (State.DELETED, DELETED)
        await rig.slack.until(lambda: rig.results(said))
        (deletion,) = await rig.closed()
        assert deletion.state is end
        assert rig.codearts.count("DELETE") == 1
        assert (await rig.events()).count(EventKind.LATE_ANSWER) == 1
        assert len(rig.results(said)) == 1
        rig.must_have_told_the_truth()


async def test_the_answer_comes_when_another_has_found_it_out(world: Worlds) -> None:
    """Nothing is left to be corrected or said, but the audit log has what the service itself answered."""
    async with world(bots=2) as rig:
        await rig.review()
        rig.codearts.next_answer(Delay(1.5, at_once=True))
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.codearts.arrival("DELETE")
        (deletion,) = await rig.deletions()
        await rig.redis.zadd(Keys(rig.prefix).due, {deletion.id: 1})  # its lease is over, as if the clock had jumped
        await rig.slack.until(lambda: rig.results(DELETED))

        async def late() -> list[Recorded]:
            return [event async for event in rig.audit.events() if event.get("kind") == EventKind.LATE_ANSWER]

        (answer,) = await until(late)
        assert (answer.get("status"), answer.get("http_status"), answer.get("state")) == ("success", "OK", "")
        await rig.must_have_ended(State.DELETED)
        assert len(rig.results(DELETED)) == 1


@pytest.mark.parametrize("refused", [False, True], ids=["success", "refusal"])
@pytest.mark.parametrize("bots", [1, 2])
async def test_redis_loses_its_data_meanwhile(world: Worlds, bots: int, *, refused: bool) -> None:
    """The answer is posted, and recorded again with its deletion: the prompt does not stay "is being deleted"."""
    async with world(bots=bots) as rig:
        await call_that_takes_a_while(rig, refused=refused, seconds=0.5)
        lose_everything(rig)
        end, said = (State.FAILED, NOT_DELETED) if refused else (State.DELETED, DELETED)
        await rig.slack.until(lambda: rig.results(said) and said in rig.prompts()[0].text)
        (deletion,) = await rig.closed(agree=False)  # it begins with its answer
        assert deletion.state is end
        assert (await rig.events())[-1] == EventKind.LATE_ANSWER
        assert len(rig.results(said)) == 1
        rig.must_have_told_the_truth()


@pytest.mark.parametrize("point", ["codearts GET", "redis called"])
async def test_redis_loses_its_data_before_the_delete(world: Worlds, point: str) -> None:
    """A deletion that is no longer recorded is not sent, and its prompt says so instead of "is being deleted"."""
    async with world() as rig:
        await rig.review()
        rig.wire.at(rig.wire.next(point, "before"), lambda: lose_everything(rig), pass_on=True)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.said("my storage has lost it"))
        assert not buttons(rig.channel.messages[0])
        assert not rig.codearts.count("DELETE")
        assert TASK in rig.codearts.tasks


async def test_the_bot_is_suspended_while_its_delete_is_on_its_way(world: Worlds) -> None:
    """It gets the answer long after its lease: another replica has looked and told the truth; nothing is said twice."""
    async with world() as rig:
        await rig.review()
        suspended = rig.bots[-1]
        rig.codearts.next_answer(Delay(0.5))
        rig.wire.at(Point("codearts DELETE", 1, "before"), lambda: suspended.signal(signal.SIGSTOP), pass_on=True)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.codearts.arrival("DELETE")
        await rig.start_bot()
        await rig.slack.until(lambda: rig.results(DELETED), within=12)
        suspended.signal(signal.SIGCONT)
        suspended.signal(signal.SIGTERM)
        assert await suspended.ended() == 0
        await rig.must_have_ended(State.DELETED)
        assert rig.codearts.count("DELETE") == 1
        assert len(rig.results(DELETED)) == 1
