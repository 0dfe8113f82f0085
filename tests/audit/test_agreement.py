"""The audit log and the state agree after any sequence of actions, steps, takeovers, copies, freezes and lost races."""

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.deletions.ports import Change, ConflictError
from bot.domain.access import Identity
from bot.domain.after_call import after_call, after_look, looked
from bot.domain.audit import of_deletion
from bot.domain.before_call import before_call
from bot.domain.decision import decide
from bot.domain.deletion import Deletion
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import LOOKED_INTO, Action, EventKind, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.recovery import after_interruption
from bot.domain.rules import Safeguards
from bot.domain.waiting import expired, launched, stopped_by_freeze
from bot.store.embedded import EmbeddedServer
from tests.audit.agreement import check_agreement
from tests.store.rig import ADMIN, ALICE, GRACE, OPERATORS, SHOWN, TIMINGS, Rig, calling, new, stepping

if TYPE_CHECKING:
    from bot.domain.step import Step

FOUND = [
    SHOWN,
    LookUp(Presence.GONE),
    LookUp(Presence.UNKNOWN),
    replace(SHOWN, facts=replace(SHOWN.facts, branch="release")),
    LookUp(Presence.EXISTS, TaskFacts()),
]
ACTIONS = [Action.REVIEW, Action.CONFIRM, Action.WITHDRAW, Action.CANCEL, Action.DECLINE, Action.STOP]
BOT = ["show", "expire", "launch", "look before", "call", "outcome", "look", "recover", "stop for freeze", "take over"]
MOVES = [*ACTIONS, *BOT, "freeze", "pass the grace", "ask again", "repeat"]


class Life:
    """One deletion, moved by whoever is there; sometimes by someone whose view of it is old."""

    def __init__(self, rig: Rig, deletion: Deletion) -> None:
        self.rig = rig
        self.old = deletion
        self.last: Change | None = None

    async def move(self, name: str, found: LookUp, verdict: Verdict, by: SlackUser, *, stale: bool) -> None:
        """Do one thing, as far as it can be done from where the deletion is seen to be."""
        now = self.old if stale else await self.rig.read(self.old)
        change = await self._change(name, now, found, verdict, by)
        if change is not None:
            self.last = change
        elif name == "repeat":
            change = self.last
        if change is not None:
            with contextlib.suppress(ConflictError):
                await self.rig.store.commit(change)
        if not stale:
            self.old = now

    async def _change(  # noqa: C901, PLR0912 - one case for each move
        self, name: str, now: Deletion, found: LookUp, verdict: Verdict, by: SlackUser
    ) -> Change | None:
        step: Step | None = None
        with contextlib.suppress(KeyError):  # the table has no such step from there
            match name:
                case Action():
                    requester = Identity(ALICE, "alice")
                    decision = decide(now, name, Identity(by, OPERATORS[by]), Safeguards(), requester=requester)
                    if decision.lifecycle is None or decision.transition is None:
                        return None
                    after = replace(now, lifecycle=decision.lifecycle)
                    event = of_deletion(after, decision.transition.event, by)
                    return Change(now, after, event, decision.transition.requires)
                case "show" if now.state is State.REVIEWED and not now.lifecycle.confirmable_at:
                    return Change(now, now, confirmable_in=0)
                case "expire":
                    step = expired(now)
                case "launch":
                    step = launched(now)
                case "look before" if not now.lifecycle.called_at:
                    before = before_call(now, found)
                    step = before if before.transition.action is not Action.CALL else None
                case "call" if now.state is State.EXECUTING and not now.lifecycle.called_at:
                    return calling(now)
                case "recover" if now.lifecycle.called_at and now.lifecycle.calls > 1 and now.state is State.EXECUTING:
                    step = after_interruption(now, found, TIMINGS)
                    if step is None:
                        return calling(now)
                case "outcome" if now.lifecycle.called_at:
                    step = after_call(now, Outcome(verdict, "success", "OK", request_id="req"), TIMINGS)
                case "look" if now.state in LOOKED_INTO:
                    step = after_look(now, found)
                    if step is None:
                        later = looked(now, TIMINGS)
                        return Change(now, later, of_deletion(later, EventKind.LOOKED_UP))
                case "stop for freeze" if not now.lifecycle.called_at:
                    step = stopped_by_freeze(now)
                case "freeze":
                    await (self.rig.freezes.unfreeze(ADMIN) if now.freeze else self.rig.freezes.freeze(ADMIN, ""))
                case "take over":
                    await self.rig.pass_time(TIMINGS.call_lease)
                    await self.rig.store.take_due()
                case "pass the grace":
                    await self.rig.pass_time(GRACE)
                case "ask again":
                    with contextlib.suppress(ConflictError):
                        await self.rig.store.request(new())
                case _:
                    return None
        return stepping(step, now) if step is not None else None


BEGINNINGS: list[list[str]] = [
    [],
    ["review", "show", "confirm"],
    ["review", "show", "confirm", "call"],
    ["review", "show", "confirm", "call", "take over", "recover"],
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    begins=st.sampled_from(BEGINNINGS),
    grace=st.sampled_from([0, GRACE]),
    moves=st.lists(
        st.tuples(
            st.sampled_from(MOVES),
            st.sampled_from(FOUND),
            st.sampled_from(Verdict),
            st.sampled_from([ALICE, ADMIN]),
            st.sampled_from([False, False, True]),
        ),
        max_size=20,
    ),
)
async def test_the_log_and_the_state_never_disagree(  # noqa: PLR0913, PLR0917 - fixtures, and all that is drawn
    redis_server: EmbeddedServer,
    redis_client: Redis,
    disposable_prefix: str,
    begins: list[str],
    grace: int,
    moves: list[tuple[str, LookUp, Verdict, SlackUser, bool]],
) -> None:
    """What the log says of each deletion is what its hash says, and nothing in it is out of order."""
    async for key in redis_client.scan_iter(f"{disposable_prefix}:*"):
        await redis_client.delete(key)
    async with Rig(redis_server.url, redis_client, disposable_prefix) as rig:
        life = Life(rig, await rig.requested(safeguards=Safeguards(grace=grace)))
        for name in begins:
            action = Action(name) if name in set(Action) else name
            await life.move(action, SHOWN, Verdict.DELETED, ALICE, stale=False)
        for name, found, verdict, by, stale in moves:
            await life.move(name, found, verdict, by, stale=stale)
        await check_agreement(redis_client, disposable_prefix)
