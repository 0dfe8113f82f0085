"""The store against a model of it: any order of requests, clicks, claims, writes, replays and zombies, and of time.

Time passes in steps of 170 s, of which no lease and no limit is a multiple: so the moments that the test itself takes
decide nothing.
"""

import asyncio
import secrets
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from bot.domain.deletion import ENDS, Deletion, State
from bot.domain.errors import FencedError
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from bot.store.scripts import Scripts, load_scripts
from tests.fixtures.redis import keys_left_for_ever
from tests.store.rig import PROMPT, TIMINGS, Rig, new

STEP = 170_000
PAUSE = 1_000_000
TASKS = ("task-1", "task-2")
CLICKS = {
    State.REQUESTED: (State.REVIEWED, State.CANCELLED),
    State.REVIEWED: (State.EXECUTING, State.CANCELLED),
}
OUTCOMES = (State.ACCEPTED, State.UNKNOWN, State.DELETED, State.FAILED)


@dataclass
class Modelled:
    """What the store should know of one deletion, in the machine's time."""

    task: str
    expires_at: int
    due: int | None
    holder: str
    state: State = State.REQUESTED
    epoch: int = 1
    calls: int = 0

    @property
    def ended(self) -> bool:
        """UNKNOWN is always still looked into here."""
        return self.state in ENDS


@dataclass(frozen=True)
class Click:
    """A click that has reached the store, and may reach it again."""

    seen: Deletion
    to: State
    token: str


class StoreMachine(RuleBasedStateMachine):
    """Drives a store and its model side by side. Whoever was ever told of a deletion may act on it at any time."""

    seen = Bundle("seen")
    clicks = Bundle("clicks")

    def __init__(self, url: str, scripts: Scripts) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = 0
        self.model: dict[str, Modelled] = {}
        self.redis = connect(url)
        self.rig = self.runner.run(self._rig(url, scripts))

    async def _rig(self, url: str, scripts: Scripts) -> Rig:
        return Rig(url, self.redis, f"model-{secrets.token_hex(6)}", scripts)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.runner.run(self._clean())
        self.runner.close()

    async def _clean(self) -> None:
        async for key in self.redis.scan_iter(f"{self.rig.prefix}:*"):
            await self.redis.delete(key)
        await self.rig.__aexit__()
        await self.redis.aclose()

    @rule(target=seen, task=st.sampled_from(TASKS))
    def request(self, task: str) -> Deletion:
        """The task's deletion that has not ended, or else a new one."""
        asked = new(task)
        deletion, created = self.runner.run(self.rig.store.request(asked))
        holders = [id_ for id_, modelled in self.model.items() if modelled.task == task and not modelled.ended]
        assert created is not bool(holders)
        assert deletion.id == (holders[0] if holders else asked.id)
        if created:
            self.model[asked.id] = Modelled(task, self.now + TIMINGS.ttl, self.now + TIMINGS.talk_lease, asked.id)
        return deletion

    @rule(target=clicks, deletion=seen, data=st.data())
    def click(self, deletion: Deletion, data: st.DataObject) -> object:
        """A click on a prompt, however old."""
        if deletion.state not in CLICKS:
            return multiple()
        click = Click(deletion, data.draw(st.sampled_from(CLICKS[deletion.state])), secrets.token_hex(8))
        self.reach(click)
        return click

    @rule(target=seen, click=clicks)
    def reach(self, click: Click) -> Deletion:
        """A click reaches the store, perhaps once more."""
        modelled = self.model[click.seen.id]
        replayed = modelled.holder == click.token
        wins = replayed or (modelled.state is click.seen.state and self.now < modelled.expires_at)
        found, won = self.runner.run(
            self.rig.store.advance(click.seen, click.to, token=click.token, prompt=PROMPT),
        )
        assert won is wins
        if won and not replayed:
            executing = click.to is State.EXECUTING
            modelled.state, modelled.holder = click.to, click.token
            modelled.epoch += 1
            modelled.calls = 1 if executing else modelled.calls
            modelled.due = self.now + (TIMINGS.call_lease if executing else TIMINGS.talk_lease)
        return found

    @rule(target=seen)
    def claim(self) -> object:
        """Whatever has been due for longest."""
        due = {id_: modelled.due for id_, modelled in self.model.items() if modelled.due is not None}
        overdue = {id_: since for id_, since in due.items() if since <= self.now}
        claimed = self.runner.run(self.rig.store.claim())
        if claimed is None:
            assert not overdue
            return multiple()
        assert overdue[claimed.id] == min(overdue.values())
        modelled = self.model[claimed.id]
        executing = modelled.state is State.EXECUTING
        modelled.epoch += 1
        modelled.calls += executing
        modelled.holder = ""
        modelled.due = self.now + (TIMINGS.call_lease if executing else TIMINGS.talk_lease)
        return claimed

    def _written(self, deletion: Deletion, state: State) -> Deletion:
        """What a holder would write: an outcome where it has one, else what it has."""
        awaits_outcome = deletion.calls and deletion.state not in ENDS
        state = state if awaits_outcome else deletion.state
        return replace(deletion, state=state, verify_until=1 if state is State.UNKNOWN else 0)

    def _fenced(self, deletion: Deletion) -> bool:
        return self.model[deletion.id].epoch != deletion.epoch

    def _write(self, written: Deletion, due: int | None) -> None:
        modelled = self.model[written.id]
        modelled.state, modelled.due, modelled.calls, modelled.holder = written.state, due, written.calls, ""
        modelled.epoch += 1

    @rule(target=seen, deletion=seen, state=st.sampled_from(OUTCOMES))
    def hold(self, deletion: Deletion, state: State) -> object:
        """Somebody who believes to hold a deletion writes it and goes on."""
        written = self._written(deletion, state)
        if self._fenced(deletion):
            with pytest.raises(FencedError):
                self.runner.run(self.rig.store.hold(written))
            return multiple()
        held = self.runner.run(self.rig.store.hold(written))
        executing = written.state is State.EXECUTING
        self._write(written, self.now + (TIMINGS.call_lease if executing else TIMINGS.talk_lease))
        return held

    @rule(deletion=seen, state=st.sampled_from(OUTCOMES))
    def rest(self, deletion: Deletion, state: State) -> None:
        """Somebody who believes to hold a deletion lets go of it."""
        written = self._written(deletion, state)
        clock = self.runner.run(self.rig.loaded(deletion)).seen_at
        if self._fenced(deletion):
            with pytest.raises(FencedError):
                self.runner.run(self.rig.store.rest(written, clock + PAUSE))
            return
        self.runner.run(self.rig.store.rest(written, clock + PAUSE))
        self._write(written, self.now + PAUSE)

    @rule(deletion=seen, state=st.sampled_from((State.DELETED, State.FAILED)))
    def close(self, deletion: Deletion, state: State) -> None:
        """Somebody who believes to hold an ended deletion closes it."""
        written = self._written(deletion, state)
        if written.state not in ENDS:
            return
        if self._fenced(deletion):
            with pytest.raises(FencedError):
                self.runner.run(self.rig.store.close(written))
            return
        self.runner.run(self.rig.store.close(written))
        self._write(written, None)

    @rule(steps=st.integers(1, 5))
    def time_passes(self, steps: int) -> None:
        """Leases run out and requests expire."""
        self.runner.run(self.rig.pass_time(steps * STEP))
        self.now += steps * STEP

    @invariant()
    def the_store_is_as_the_model(self) -> None:
        """Each deletion as it should be, with a deadline unless closed; each task with the one that has not ended."""
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        for deletion_id, modelled in self.model.items():
            found = await self.rig.store.load(deletion_id)
            assert found is not None
            assert (found.state, found.epoch, found.calls) == (modelled.state, modelled.epoch, modelled.calls)
            assert (await self.rig.deadline(found) is None) is (modelled.due is None)
        for task in TASKS:
            holders = [id_ for id_, modelled in self.model.items() if modelled.task == task and not modelled.ended]
            assert await self.rig.holder_of(task) == (holders[0] if holders else None)
        assert not await keys_left_for_ever(self.redis, self.rig.prefix)


def machine(server: EmbeddedServer, planted: Scripts) -> type[StoreMachine]:
    """The machine on a server, with these scripts."""

    class Machine(StoreMachine):
        def __init__(self) -> None:
            super().__init__(server.url, planted)

    return Machine


THOROUGH = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_store_behaves_as_its_model(redis_server: EmbeddedServer) -> None:
    """Whatever comes in whatever order."""
    run_state_machine_as_test(machine(redis_server, load_scripts()), settings=THOROUGH)


@pytest.mark.parametrize(
    ("script", "sound", "broken"),
    [
        ("advance", "redis.call('HGET', deletion, 'state') ~= from or", ""),
        ("save", "redis.call('HGET', deletion, 'epoch') ~= epoch", "false"),
        ("claim", "redis.call('ZADD', due, now + lease, id)", "redis.call('ZREM', due, id)"),
    ],
    ids=["no look at the state", "no fence", "the deadline dropped"],
)
def test_the_model_shows_a_planted_bug(redis_server: EmbeddedServer, script: str, sound: str, broken: str) -> None:
    """The machine can fail."""
    text = getattr(load_scripts(), script)
    assert sound in text
    scripts = replace(load_scripts(), **{script: text.replace(sound, broken)})
    searching = settings(THOROUGH, max_examples=500, phases=[Phase.generate], derandomize=True, database=None)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run_state_machine_as_test(machine(redis_server, scripts), settings=searching)
