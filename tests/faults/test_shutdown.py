"""SIGTERM while people work, and replicas replaced one after the other: nothing is lost, nothing is done twice."""

import asyncio
import secrets
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from bot.deletions.background import Background
from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import Delay, Exchange, Hang
from codecheck_sandbox.slack import Message, NotPossibleError, Slow
from tests.faults.bots import Bot
from tests.faults.conftest import Worlds
from tests.faults.rig import DELETED, QUICK, REVIEW, Rig, buttons

LONGEST = 25  # seconds that a bot may take to stop
TASKS = [f"{number:032x}" for number in range(0xA0, 0xAC)]
BOTH = pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])


def shop(task_id: str) -> str:
    """A task's name, short enough not to be mistaken for a secret and withheld."""
    return f"shop-{task_id[:4]}-{task_id[-4:]}"


class Load:
    """People who ask for deletions, each with its own prompt, and press again if Slack shows an error.

    Args:
        rig: their world; it gets the tasks.
    """

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.deletes: Counter[str] = Counter()  # DELETE requests that were answered
        self._sample = next(iter(rig.codearts.tasks.values()))
        self.add(*TASKS)
        rig.codearts.subscribe(self._count)

    def add(self, *tasks: str) -> None:
        """Let there be tasks of these IDs."""
        self._rig.codearts.add_tasks(*(replace(self._sample, id=task_id, name=shop(task_id)) for task_id in tasks))

    def _count(self, exchange: Exchange) -> None:
        if exchange.method == "DELETE":
            self.deletes[exchange.path.rpartition("/")[2]] += 1

    def prompt(self, task_id: str) -> Message:
        """The prompt of a task, as it now is."""
        return self._rig.prompts(task_id)[0]

    async def ask(self, task_id: str) -> None:
        """Ask until there is a prompt."""
        for _ in range(6):
            await self._rig.alice.types(f"/codecheck delete {task_id}", in_=self._rig.channel)
            if await self._rig.seen(lambda: self._rig.prompts(task_id), within=3):
                return
        raise AssertionError(f"no prompt:\n{self._rig.story()}")

    async def press(self, task_id: str, label: str, until: Callable[[], object]) -> None:
        """Press a button until its effect shows."""
        for _ in range(6):
            with suppress(NotPossibleError):  # an earlier click was recorded after all
                await self._rig.alice.clicks(label, on=self.prompt(task_id))
            if await self._rig.seen(until, within=3):
                return
        raise AssertionError(f"{label} led to nothing:\n{self._rig.story()}")

    async def review(self, task_id: str) -> None:
        """Ask, and take the first step."""
        await self.ask(task_id)
        await self.press(task_id, REVIEW, lambda: "for good?" in self.prompt(task_id).text)

    async def confirm(self, task_id: str) -> None:
        """Take the second step."""
        await self._rig.confirmable(task_id)
        label = f"Delete {shop(task_id)}"
        await self.press(task_id, label, lambda: "for good?" not in self.prompt(task_id).text)

    async def delete(self, task_id: str) -> None:
        """Ask and confirm, until the result is there."""
        await self.review(task_id)
        await self.confirm(task_id)

    def announced(self, task_id: str) -> bool:
        """Whether the channel has been told that a task was deleted."""
        return any(task_id in result.text for result in self._rig.results(DELETED))

    async def must_have_deleted(self, *tasks: str) -> None:
        """Each task was deleted by one DELETE, and announced once, with no buttons left."""
        for deletion in await self._rig.closed():
            assert deletion.state is (State.DELETED if deletion.task_id in tasks else State.EXPIRED), deletion
        await self._rig.slack.until(lambda: all(map(self.announced, tasks)))
        assert self.deletes == dict.fromkeys(tasks, 1)
        assert sorted(gone.task_id for gone in self._rig.codearts.deletions) == sorted(tasks)
        for task_id in tasks:
            assert sum(task_id in result.text for result in self._rig.results(DELETED)) == 1, self._rig.story()
            assert not any(map(buttons, self._rig.prompts(task_id))), self._rig.story()
        self._rig.must_have_told_the_truth()


async def must_stop(bot: Bot) -> None:
    """SIGTERM ends it in time, without an error.

    slack_sdk logs one where an envelope came in while the socket closed: not acknowledged, so the person presses again.
    """
    bot.signal(signal.SIGTERM)
    async with asyncio.timeout(LONGEST):
        assert await bot.ended() == 0
    errors = [entry for entry in bot.log if entry.get("level") == "error"]
    assert not [entry for entry in errors if entry.get("logger") != "slack_sdk.socket_mode"], errors


@BOTH
async def test_what_ends_in_time_is_finished(world: Worlds, *, socket_mode: bool) -> None:
    """The stopping bot finishes its calls and announces them; the next one goes on with the rest."""
    async with world(socket_mode=socket_mode) as rig:
        load = Load(rig)
        await asyncio.gather(*map(load.review, TASKS))
        executing, waiting = TASKS[:6], TASKS[6:]
        rig.codearts.next_answer(*[Delay(1.5)] * len(executing))
        confirming = [asyncio.create_task(load.confirm(task_id)) for task_id in executing]
        await rig.codearts.arrival("DELETE")
        await asyncio.gather(*confirming)
        assert not any(map(load.announced, executing)), "the calls were over too soon to show anything"
        await must_stop(rig.bots[-1])
        assert all(map(load.announced, executing)), rig.story()
        await rig.start_bot()
        await asyncio.gather(*map(load.confirm, waiting))
        await load.must_have_deleted(*TASKS)


@pytest.mark.parametrize("deleted", [False, True], ids=["request lost", "reply lost"])
async def test_what_does_not_end_in_time_is_taken_up(world: Worlds, *, deleted: bool) -> None:
    """The bot does not wait forever for a service that hangs; the next one looks the task up, and tells the truth."""
    async with world(timings=replace(QUICK, drain=300)) as rig:
        load = Load(rig)
        task_id = TASKS[0]
        await load.review(task_id)
        rig.codearts.next_answer(Hang(deleted=deleted))
        await load.confirm(task_id)
        await rig.codearts.arrival("DELETE")
        await must_stop(rig.bots[-1])
        assert not rig.results(task_id)
        await rig.start_bot()
        await rig.slack.until(lambda: load.announced(task_id), within=15)
        (deletion,) = await rig.closed()
        assert deletion.state is State.DELETED
        assert [gone.task_id for gone in rig.codearts.deletions] == [task_id]
        assert rig.codearts.count("DELETE") == (1 if deleted else 2), "sent again only where it had not arrived"
        assert len(rig.results(DELETED)) == 1
        rig.must_have_told_the_truth()


async def test_an_announcement_under_way_is_finished(world: Worlds) -> None:
    """Slack is slow: the bot waits for its answer, so that no other replica posts the result again."""
    async with world() as rig:
        load = Load(rig)
        await load.review(TASKS[0])
        rig.slack.fail_next("chat.postMessage", Slow(1))
        await load.confirm(TASKS[0])
        await rig.slack.until(lambda: load.announced(TASKS[0]))
        await must_stop(rig.bots[-1])
        await rig.start_bot()
        await load.must_have_deleted(TASKS[0])


@BOTH
async def test_a_rolling_restart_under_load(world: Worlds, *, socket_mode: bool) -> None:
    """Both replicas are replaced, one after the other, while people ask and confirm; nothing is lost."""
    async with world(socket_mode=socket_mode, bots=2) as rig:
        load = Load(rig)

        serving = list(rig.bots)
        replaced = asyncio.Event()
        deleted: list[str] = []
        rig.codearts.next_answer(*[Delay(0.2)] * 1_000)

        def balance() -> None:
            if not socket_mode:
                rig.slack.connect_http(*(f"http://127.0.0.1:{bot.port}/slack/events" for bot in serving))

        async def work() -> None:
            while not replaced.is_set():
                task_id = secrets.token_hex(16)
                load.add(task_id)
                await load.delete(task_id)
                deleted.append(task_id)

        people = [asyncio.create_task(work()) for _ in range(4)]
        for leaving in tuple(serving):
            serving.append(await rig.start_bot())
            balance()
            await rig.codearts.arrival("DELETE")
            await must_stop(leaving)  # and Slack still calls it: its people press again
            serving.remove(leaving)
            balance()
        replaced.set()
        await asyncio.gather(*people)
        assert len(deleted) >= len(people) * 2
        await load.must_have_deleted(*deleted)


async def test_work_that_swallows_its_cancellation_ends_all_the_same() -> None:
    """A client that is just giving up can lose a cancellation, so it is cancelled again."""
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        swallowed += 1
        await asyncio.Event().wait()

    background = Background()
    background.start(stubborn(), name="stubborn")
    async with asyncio.timeout(LONGEST):
        assert await background.drain(0.01) == 1
    assert swallowed == 1


async def test_work_started_by_work_is_waited_for_too() -> None:
    """Work that is under way at shutdown may start more work."""
    background, done = Background(), asyncio.Event()

    async def last() -> None:
        await asyncio.sleep(0)
        done.set()

    async def first() -> None:
        await asyncio.sleep(0)
        background.start(last(), name="last")

    background.start(first(), name="first")
    assert await background.drain(LONGEST) == 0
    assert done.is_set()
