"""The store against a model of it: any order of requests, actions, steps, takeovers, freezes, copies, and of time.

Whoever was ever told of a deletion may write it at any time, however old what they hold is; each write may arrive
several times. Time passes in steps of 170 s, of which no lease and no limit is a multiple: so the moments that the test
itself takes decide nothing.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from bot.deletions.ports import Change, Close, ConflictError, Hold, Rest
from bot.domain.access import Identity
from bot.domain.after_call import after_call
from bot.domain.audit import of_deletion
from bot.domain.decision import decide
from bot.domain.deletion import Deletion
from bot.domain.lifecycle import ENDED, Action, Requirement, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.rules import Safeguards
from bot.domain.step import Step
from bot.domain.waiting import expired, launched, stopped_by_freeze
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import EmbeddedServer
from bot.store.redis_calls import RedisCalls
from bot.store.transaction import SCRIPT, Answer, Transaction
from tests.fixtures.redis import keys_left_for_ever
from tests.store.rig import ADMIN, ALICE, GRACE, TIMINGS, Rig, calling, new, stepping

STEP = 170_000
PAUSE = 1_000_000
TASKS = ("task-1", "task-2")
STEPS: dict[str, Callable[[Deletion], Step]] = {
    "expire": expired,
    "launch": launched,
    "freeze": stopped_by_freeze,
    "deleted": lambda deletion: after_call(deletion, Outcome(Verdict.DELETED), TIMINGS),
    "unknown": lambda deletion: after_call(deletion, Outcome(Verdict.UNKNOWN), TIMINGS),
}


class Repeating(RedisCalls):
    """Calls whose writes arrive several times; the last answer is believed."""

    copies = 1

    async def transact(self, transaction: Transaction, *, replicas: int = 0) -> tuple[Answer, int]:
        """Send each copy."""
        for _ in range(self.copies - 1):
            await super().transact(transaction, replicas=replicas)
        return await super().transact(transaction, replicas=replicas)


@dataclass
class Modelled:
    """What the store should know of one deletion, in the machine's time."""

    task: str
    expires_at: int
    due: int | None
    state: State = State.REQUESTED
    version: int = 1
    calls: int = 0
    called: bool = False
    confirmable: bool = False
    send_at: int = 0
    confirmed_at: int = 0

    def frozen_since(self, frozen_at: int) -> bool:
        """Whether the latest freeze began after the confirmation, in force or not."""
        return frozen_at >= self.confirmed_at

    def holds(self, requirement: Requirement, now: int, *, frozen: bool, frozen_at: int) -> bool:
        """Whether a write that requires it may happen."""
        return {
            Requirement.LEASE_HELD: self.due is not None and now < self.due,
            Requirement.NOT_EXPIRED: now < self.expires_at,
            Requirement.EXPIRED: now >= self.expires_at,
            Requirement.DWELLED: self.confirmable,
            Requirement.NOT_FROZEN: not frozen,
            Requirement.FROZEN: frozen,
            Requirement.FROZEN_SINCE: self.frozen_since(frozen_at),
            Requirement.NOT_FROZEN_SINCE: not self.frozen_since(frozen_at),
            Requirement.WITHIN_LIMITS: True,
            Requirement.GRACE_OVER: bool(self.send_at) and now >= self.send_at,
        }[requirement]


class StoreMachine(RuleBasedStateMachine):
    """Drives a store and its model side by side."""

    seen = Bundle("seen")

    def __init__(self, url: str, script: str, kind: type[RedisDeletionStore]) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = 0
        self.frozen = False
        self.frozen_at = 0  # of the latest freeze, by Redis's clock, had it gone on as the machine's time did
        self.model: dict[str, Modelled] = {}
        self.redis = connect(url)
        self.client = connect(url)
        self.rig = self.runner.run(self._rig(url, script, kind))
        self.calls = Repeating(self.client, self.rig.keys, script)
        self.store = kind(self.calls, TIMINGS)

    async def _rig(self, url: str, script: str, kind: type[RedisDeletionStore]) -> Rig:
        return Rig(url, self.redis, f"model-{secrets.token_hex(6)}", script, kind)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.runner.run(self._clean())
        self.runner.close()

    async def _clean(self) -> None:
        async for key in self.redis.scan_iter(f"{self.rig.prefix}:*"):
            await self.redis.delete(key)
        await self.rig.__aexit__()
        await self.client.aclose()
        await self.redis.aclose()

    def _aged(self, deletion: Deletion) -> Deletion:
        """What someone holds, with its times moved back as far as time has passed since; what is stale stays stale."""
        found = self.runner.run(self.rig.read(deletion))
        if found.version != deletion.version:
            return deletion
        passed = deletion.lifecycle.expires_at - found.lifecycle.expires_at
        return replace(found, read_at=deletion.read_at - passed)

    def _lease(self, state: State) -> int:
        return TIMINGS.call_lease if state is State.EXECUTING else TIMINGS.talk_lease

    @rule(target=seen, task=st.sampled_from(TASKS), grace=st.sampled_from([0, GRACE]), copies=st.integers(1, 3))
    def request(self, task: str, grace: int, copies: int) -> object:
        """The task's deletion that has not ended, or else a new one, unless everything is frozen."""
        self.calls.copies = copies
        asked = new(task, safeguards=Safeguards(grace=grace))
        holders = [id_ for id_, modelled in self.model.items() if modelled.task == task and modelled.state not in ENDED]
        try:
            deletion, created = self.runner.run(self.store.request(asked))
        except ConflictError:
            assert self.frozen
            assert not holders
            return multiple()
        assert created is not bool(holders)
        assert deletion.id == (holders[0] if holders else asked.id)
        if created:
            assert not self.frozen
            self.model[asked.id] = Modelled(task, self.now + TIMINGS.ttl, self.now + TIMINGS.talk_lease)
        return deletion

    def _write(self, change: Change, copies: int) -> object:
        """A write that must happen if, and only if, the model says so; and if not, for the reason that it says."""
        self.calls.copies = copies
        modelled = self.model[change.before.id]
        failed = None if modelled.version == change.before.version else Requirement.SAME_VERSION
        for requirement in change.requires:
            if failed is None and not modelled.holds(
                requirement, self.now, frozen=self.frozen, frozen_at=self.frozen_at
            ):
                failed = requirement
        try:
            written = self.runner.run(self.store.commit(change))
        except ConflictError as conflict:
            assert conflict.requirement is failed  # noqa: PT017 - whether it may be raised is what is modelled
            assert conflict.latest is not None  # noqa: PT017 - the same
            return conflict.latest
        assert failed is None
        state = change.after.state
        modelled.state, modelled.calls = state, change.after.lifecycle.calls
        modelled.called = bool(change.after.lifecycle.called_at)
        modelled.confirmable = change.confirmable_in is not None or bool(change.after.lifecycle.confirmable_at)
        if state is State.SCHEDULED and change.before.state is not State.SCHEDULED:
            modelled.send_at = self.now + GRACE
            modelled.confirmed_at = written.lifecycle.confirmed_at + self.now
        modelled.version += 1
        match change.then:
            case Hold():
                modelled.due = self.now + self._lease(state)
            case Rest():
                modelled.due = self.now + PAUSE
            case _:
                modelled.due = None
        assert written.version == modelled.version
        return written

    @rule(target=seen, deletion=seen, action=st.sampled_from(Action), copies=st.integers(1, 3))
    def act(self, deletion: Deletion, action: Action, copies: int) -> object:
        """Alice acts on what she sees, however old."""
        return self._act(deletion, action, copies)

    def _act(self, deletion: Deletion, action: Action, copies: int) -> object:
        if action not in {Action.REVIEW, Action.CONFIRM, Action.CANCEL, Action.DECLINE, Action.STOP, Action.WITHDRAW}:
            return multiple()
        deletion = self._aged(deletion)
        decision = decide(deletion, action, Identity(ALICE, "alice"), Safeguards())
        if decision.lifecycle is None or decision.transition is None:
            return multiple()
        after = replace(deletion, lifecycle=decision.lifecycle)
        event = of_deletion(after, decision.transition.event, ALICE)
        return self._write(Change(deletion, after, event, decision.transition.requires), copies)

    @rule(target=seen, deletion=seen, copies=st.integers(1, 3))
    def show(self, deletion: Deletion, copies: int) -> object:
        """The delete button is shown."""
        return self._show(deletion, copies)

    def _show(self, deletion: Deletion, copies: int) -> object:
        deletion = self._aged(deletion)
        if deletion.state is not State.REVIEWED or deletion.lifecycle.confirmable_at:
            return multiple()
        return self._write(Change(deletion, deletion, confirmable_in=0), copies)

    @rule(target=seen, deletion=seen, confirm=st.booleans())
    def go_on(self, deletion: Deletion, confirm: bool) -> object:
        """All the way to a delete button that counts, or to a confirmation, as it mostly happens."""
        if deletion.state is State.REQUESTED:
            found = self._act(deletion, Action.REVIEW, 1)
            shown = self._show(found, 1) if isinstance(found, Deletion) else found
            return self._act(shown, Action.CONFIRM, 1) if confirm and isinstance(shown, Deletion) else shown
        return multiple()

    @rule(target=seen, deletion=seen, name=st.sampled_from(sorted(STEPS)), copies=st.integers(1, 3))
    def step(self, deletion: Deletion, name: str, copies: int) -> object:
        """Someone who believes to hold a deletion takes a step of the bot's own."""
        deletion = self._aged(deletion)
        if name in {"deleted", "unknown"} and not deletion.lifecycle.called_at:
            return multiple()
        try:
            change = stepping(STEPS[name](deletion), deletion)
        except KeyError:  # the table has no such step from there
            return multiple()
        return self._write(change, copies)

    @rule(target=seen, deletion=seen, copies=st.integers(1, 3))
    def call(self, deletion: Deletion, copies: int) -> object:
        """Someone who believes to hold a confirmed deletion is about to send."""
        deletion = self._aged(deletion)
        if deletion.state is not State.EXECUTING:
            return multiple()
        return self._write(calling(deletion), copies)

    @rule(target=seen, deletion=seen, copies=st.integers(1, 3))
    def rest(self, deletion: Deletion, copies: int) -> object:
        """Someone who believes to hold a deletion lets go of it, for good if it has ended."""
        deletion = self._aged(deletion)
        clock = self.runner.run(self.rig.audit.now())
        then = Close() if deletion.ended else Rest(clock + PAUSE)
        return self._write(Change(deletion, deletion, then=then), copies)

    @rule(target=seen)
    def take_over(self) -> object:
        """Whatever is due."""
        self.calls.copies = 1
        due = {id_ for id_, modelled in self.model.items() if modelled.due is not None and modelled.due <= self.now}
        taken = self.runner.run(self.store.take_due())
        assert {deletion.id for deletion in taken} == due
        for deletion in taken:
            modelled = self.model[deletion.id]
            modelled.version += 1
            modelled.calls += modelled.called and modelled.state is State.EXECUTING
            modelled.due = self.now + self._lease(modelled.state)
        return multiple(*taken)

    @rule(copies=st.integers(1, 3))
    def freeze(self, copies: int) -> None:
        """An admin stops everything, or lets it go on."""
        del copies
        if self.frozen:
            assert self.runner.run(self.rig.freezes.unfreeze(ADMIN))
        else:
            freeze, new_one = self.runner.run(self.rig.freezes.freeze(ADMIN, ""))
            assert new_one
            self.frozen_at = freeze.at + self.now
        self.frozen = not self.frozen

    @rule(steps=st.sampled_from([1, 2, 5, 20]))
    def time_passes(self, steps: int) -> None:
        """Leases run out and requests expire."""
        self.runner.run(self.rig.pass_time(steps * STEP))
        self.now += steps * STEP

    @invariant()
    def the_store_is_as_the_model(self) -> None:
        """Each deletion as it should be, due unless closed; each task with the one that has not ended; no leak."""
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        for deletion_id, modelled in self.model.items():
            found = await self.rig.store.read(deletion_id)
            assert found is not None
            assert (found.state, found.version) == (modelled.state, modelled.version)
            assert found.lifecycle.calls == modelled.calls
            in_the_grace = modelled.state is State.SCHEDULED and modelled.frozen_since(self.frozen_at)
            assert (found.freeze is not None) is (self.frozen or in_the_grace)
            assert (await self.rig.due_at(found) is None) is (modelled.due is None)
        for task in TASKS:
            holders = [id_ for id_, it in self.model.items() if it.task == task and it.state not in ENDED]
            assert await self.rig.holder_of(task) == (holders[0] if holders else None)
        assert not await keys_left_for_ever(self.redis, self.rig.prefix)


def machine(
    server: EmbeddedServer, script: str = SCRIPT, kind: type[RedisDeletionStore] = RedisDeletionStore
) -> type[StoreMachine]:
    """The machine on a server, with this script and store."""

    class Machine(StoreMachine):
        def __init__(self) -> None:
            super().__init__(server.url, script, kind)

    return Machine


THOROUGH = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_store_behaves_as_its_model(redis_server: EmbeddedServer) -> None:
    """Whatever comes in whatever order."""
    run_state_machine_as_test(machine(redis_server), settings=THOROUGH)


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ("(call('HGET', key, field) or '') == value", "true"),
        ("if once and call('EXISTS', once) == 1 then", "if false then"),
    ],
    ids=["no fence", "replays are unknown"],
)
def test_the_model_shows_a_planted_bug(redis_server: EmbeddedServer, sound: str, broken: str) -> None:
    """The machine can fail; bugs that it is unlikely to come upon are in `test_mutants`."""
    assert SCRIPT.count(sound) == 1
    searching = settings(THOROUGH, max_examples=200, phases=[Phase.generate], derandomize=True, database=None)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run_state_machine_as_test(machine(redis_server, SCRIPT.replace(sound, broken)), settings=searching)
