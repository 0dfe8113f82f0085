"""What CodeArts Check can be told to answer next, by the name in its panel."""

from collections.abc import Iterator
from dataclasses import dataclass

from codecheck_sandbox.codearts import Accept, Delay, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.faults import ERRORS


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer.

    Args:
        name: the name shown.
        group: the heading it is listed under.
        fault: the fault to set in the stand-in.
    """

    name: str
    group: str
    fault: Fault


def _offers() -> Iterator[Offer]:
    taken = "Accepted, not finished"
    yield Offer("ACCEPTED, gone after 5 s", taken, Accept(5.0))
    yield Offer("ACCEPTED, never gone", taken, Accept(None))
    lost = "No useful answer"
    yield Offer("Deleted, then the connection drops", lost, Drop(after_deleting=True))
    yield Offer("The connection drops, nothing deleted", lost, Drop())
    yield Offer("Deleted, then no answer", lost, Hang(deleted=True))
    yield Offer("No answer, nothing deleted", lost, Hang())
    yield Offer("HTTP 200 with INTERNAL_SERVER_ERROR, deleted", lost, InternalError(deleted=True))
    yield Offer("HTTP 200 with INTERNAL_SERVER_ERROR, not deleted", lost, InternalError())
    yield Offer("HTTP 502 with a web page", lost, Garbage(http=502))
    yield Offer("HTTP 200 with a web page", lost, Garbage())
    late = "Late"
    yield Offer("As usual, after 3 s", late, Delay(3.0))
    yield Offer("As usual, after 10 s", late, Delay(10.0))
    yield Offer("429, Retry-After: 2", "Refused", Throttle(2))
    for code, (http, message) in ERRORS.items():
        yield Offer(f"{code} (HTTP {http}): {message}", "Refused", Refuse(code))


OFFERS = {str(number): offer for number, offer in enumerate(_offers())}


def name_of(fault: Fault) -> str:
    """The name of an answer."""
    return next((offer.name for offer in OFFERS.values() if offer.fault == fault), str(fault))
