"""What became of a deletion. `bot.codearts.answers` reads it from the service's answers."""

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.text import NOTHING, Text


class Verdict(StrEnum):
    """What became of the task."""

    DELETED = "deleted"
    ACCEPTED = "accepted"  # accepted, not finished
    FAILED = "failed"  # certainly not executed
    GONE = "gone"  # it was not there, and this bot did not delete it
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a deletion, and what the service said.

    Args:
        verdict: what became of the task.
        status: the body's `status`, or "" if there was none.
        http_status: the body's `httpStatus`, or "" if there was none.
        code: the error code, or "".
        why: what it means; empty for a plain success.
        hint: what the requester can do; may be empty.
        admin_hint: what an admin of the bot can do; may be empty.
        request_id: the gateway's request ID, or "".
        took: milliseconds from the start of the call, its sign-in and pauses included, to its end.
        sent: whether any byte of a request may have been sent. If False, the service knows nothing about it.
    """

    verdict: Verdict
    status: str = ""
    http_status: str = ""
    code: str = ""
    why: Text = NOTHING
    hint: Text = NOTHING
    admin_hint: Text = NOTHING
    request_id: str = ""
    took: int = 0
    sent: bool = True

    @property
    def definite(self) -> bool:
        """Whether the service has said that the task is deleted, or that it is not."""
        return self.sent and self.verdict in (Verdict.DELETED, Verdict.FAILED)


def of_second_send(outcome: Outcome) -> Outcome:
    """The outcome of a DELETE that was sent again after an interruption, when nobody knows how far the first got.

    A refusal is then not final: the first request may have deleted the task, or may still be running.
    """
    if outcome.verdict is not Verdict.FAILED:
        return outcome
    why = Text(
        "The call was interrupted and sent again. The second request did not delete the task, "
        "but the first one may have."
    )
    return replace(outcome, verdict=Verdict.UNKNOWN, why=why, sent=True)
