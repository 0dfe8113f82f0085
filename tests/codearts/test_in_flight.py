"""What is known of a request at each moment, told by the steps that the HTTP library really takes."""

import httpx
import pytest

from bot.codearts.in_flight import NO_TIME_LEFT, InFlight, TooLateError
from bot.codearts.reply import NoAnswer, NotSent
from bot.codearts.retries import RetryPolicy
from codecheck_sandbox.codearts import CodeArtsStandIn
from tests.codearts.conftest import TASK, soon


def _flight(not_after: float) -> InFlight:
    return InFlight(not_after, RetryPolicy(), repeatable=False)


async def _send(http: httpx.AsyncClient, flight: InFlight) -> None:
    await http.delete(f"/v3/task/{TASK}", extensions={"trace": flight.trace})


@pytest.mark.parametrize("connected", [True, False])
async def test_the_last_look_at_the_clock_is_just_before_the_first_byte(
    http: httpx.AsyncClient, codearts: CodeArtsStandIn, *, connected: bool
) -> None:
    """Whatever went before, on a new connection and on one at hand: a request whose time is up does not leave."""
    if connected:
        await http.get(f"/v3/task/{TASK}")
    flight = _flight(soon(-1))
    with pytest.raises(TooLateError):
        await _send(http, flight)
    assert flight.reply == NO_TIME_LEFT
    assert codearts.count("DELETE") == 0


async def test_once_the_first_byte_may_have_left_it_may_have_been_executed(
    http: httpx.AsyncClient, codearts: CodeArtsStandIn
) -> None:
    """From then on, only an answer makes it more than that."""
    flight = _flight(soon())
    await _send(http, flight)
    assert isinstance(flight.reply, NoAnswer)
    assert codearts.count("DELETE") == 1


async def test_what_does_not_connect_has_not_left(http: httpx.AsyncClient) -> None:
    """The making of a connection is no sending."""
    flight = _flight(soon())
    with pytest.raises(httpx.ConnectError):
        await http.delete("http://127.0.0.1:9/v3/task/1", extensions={"trace": flight.trace})
    assert isinstance(flight.reply, NotSent)


async def test_a_step_of_an_unknown_name_counts_as_having_left() -> None:
    """Another version of the library may name its steps otherwise: then unknown is said too often, not too rarely."""
    flight = _flight(soon())
    await flight.trace("http9.beam.started", {})
    assert isinstance(flight.reply, NoAnswer)
