"""Whether a conversation ended as it should: pure functions of what was seen and what is recorded."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.soak.conversations import Kind
from bot.domain.lifecycle import ENDED, State

_KEPT = frozenset({State.CANCELLED, State.EXPIRED})
_SENT = frozenset({State.DELETED, State.FAILED, State.GONE, State.UNKNOWN_FINAL})
_PERHAPS_GONE = frozenset({State.DELETED, State.GONE, State.UNKNOWN_FINAL})
_MEANT: dict[Kind, frozenset[State]] = {
    Kind.DELETE: _SENT,
    Kind.DOUBLE_CLICKS: _SENT,
    Kind.SECOND_PERSON: _SENT,
    Kind.CANCEL: _KEPT,
    Kind.DECLINE: _KEPT,
    Kind.EXPIRE: frozenset({State.EXPIRED}),
    Kind.UNKNOWN_TASK: _KEPT | {State.GONE},
    Kind.REFUSED: frozenset({State.FAILED, State.UNKNOWN_FINAL}),
}
"""How a conversation may end.

A fault may keep a DELETE from being done, or from being known to be done, and a click from coming before the expiry.
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """A conversation after its end.

    Args:
        kind: what it was meant to become.
        shown: what each of its prompts says; more than one if it was posted again.
        results: what was announced.
        gone: whether the task has been deleted.
        stopped_by_freeze: whether a freeze ended it.
        calls: how many DELETEs arrived.
        calls_too_many: how many of them when the task had gone already.
        wrong: what was seen to be wrong meanwhile.
        story: everything that happened, for the report.
    """

    kind: Kind
    shown: Sequence[State | None]
    results: Sequence[str]
    gone: bool
    stopped_by_freeze: bool = False
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
    last = stored[-1] if stored else None
    meant = _MEANT[ended.kind] | ({State.CANCELLED} if ended.stopped_by_freeze else set())
    checks = {
        f"not ended in Redis: {stored}": not ENDED.issuperset(stored),
        "lost: Redis knows nothing of it": not stored and ended.kind is not Kind.UNKNOWN_TASK,
        f"ended as {last}": last is not None and last not in meant,
        f"the prompts say {ended.shown}, Redis says {last}": any(shown is not last for shown in ended.shown),
        "there is no prompt": last is not None and not ended.shown,
        "deleted twice": stored.count(State.DELETED) > 1,
        f"{ended.calls_too_many} DELETEs after the task had gone": ended.calls_too_many > 0,
        f"deleted, but recorded as {last}": ended.gone and last not in _PERHAPS_GONE,
        "recorded as deleted, but still there": not ended.gone and State.DELETED in stored,
        "a DELETE was sent for a task that was kept": ended.calls > 0 and last in _KEPT,
        "the outcome was never announced": last in _SENT and not ended.results,
    }
    return [*ended.wrong, *(what for what, so in checks.items() if so)]
