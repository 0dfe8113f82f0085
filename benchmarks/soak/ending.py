"""Whether a conversation ended as it should: pure functions of what was seen and what is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.soak.conversations import Kind
from bot.domain.lifecycle import ENDED, State

_KEPT = frozenset({State.CANCELLED, State.EXPIRED})
_SENT = frozenset({State.DELETED, State.FAILED, State.GONE, State.UNKNOWN_FINAL})
_MEANT: dict[Kind, frozenset[State]] = {
    Kind.DELETE: _SENT,
    Kind.DOUBLE_CLICKS: _SENT,
    Kind.SECOND_PERSON: _SENT,
    Kind.CANCEL: frozenset({State.CANCELLED}),
    Kind.DECLINE: frozenset({State.CANCELLED}),
    Kind.EXPIRE: frozenset({State.EXPIRED}),
    Kind.UNKNOWN_TASK: _KEPT | {State.GONE},
    Kind.REFUSED: frozenset({State.FAILED, State.UNKNOWN_FINAL}),
}
"""How a conversation may end. A fault may keep a DELETE from being done, or from being known to be done."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation after its end.

    Args:
        kind: what it was meant to become.
        shown: what its prompt says.
        prompts: how often the prompt was posted.
        results: what was announced.
        gone: whether the task has been deleted.
        calls: how many DELETEs arrived.
        calls_too_many: how many of them when the task had gone already.
        wrong: what was seen to be wrong meanwhile.
        story: everything that happened, for the report.
    """

    kind: Kind
    shown: State | None
    prompts: int
    results: Sequence[str]
    gone: bool
    calls: int = 0
    calls_too_many: int = 0
    wrong: Sequence[str] = ()
    story: Sequence[str] = ()


def faults_of(ended: Ended, stored: Sequence[State]) -> list[str]:
    """What is wrong with it, in sentences; nothing if it ended as it should.

    Args:
        ended: what was seen of it.
        stored: the states of the task's deletions in Redis, in the order of the requests.
    """
    found = list(ended.wrong)
    last = stored[-1] if stored else None
    if open_ones := [state for state in stored if state not in ENDED]:
        found.append(f"not ended in Redis: {open_ones}")
    if not stored and ended.kind is not Kind.UNKNOWN_TASK:
        found.append("lost: Redis knows nothing of it")
    if last is not None and last not in _MEANT[ended.kind]:
        found.append(f"ended as {last}")
    if ended.shown is not last:
        found.append(f"the prompt says {ended.shown}, Redis says {last}")
    if stored.count(State.DELETED) > 1:
        found.append("deleted twice")
    if ended.calls_too_many:
        found.append(f"{ended.calls_too_many} DELETEs after the task had gone")
    if ended.gone and last not in {State.DELETED, State.GONE, State.UNKNOWN_FINAL}:
        found.append(f"deleted, but recorded as {last}")
    if not ended.gone and State.DELETED in stored and ended.kind is not Kind.UNKNOWN_TASK:
        found.append("recorded as deleted, but still there")
    if ended.calls and last in _KEPT:
        found.append("a DELETE was sent for a task that was kept")
    if last in _SENT and not ended.results:
        found.append("the outcome was never announced")
    return found
