"""What is known of a request at each moment, told by the steps that the HTTP library really takes."""

import aiohttp
import pytest

from bot.codearts.connection import HttpClient, http_client
from bot.codearts.in_flight import NO_TIME_LEFT, InFlight, TooLateError
from bot.codearts.reply import NoAnswer, NotSent
from bot.codearts.retries import RetryPolicy
from codecheck_sandbox.codearts import CodeArtsStandIn
from tests.codearts.conftest import TASK, soon


def _flight(not_after: float) -> InFlight:
    return InFlight(not_after, RetryPolicy(), repeatable=False)


async def _send(http: HttpClient, flight: InFlight) -> None:
    await http.send("DELETE", f"/v3/task/{TASK}", flight=flight)


@pytest.mark.parametrize("connected", [True, False])
async def test_the_last_look_at_the_clock_is_just_before_the_first_byte(
    http: HttpClient, codearts: CodeArtsStandIn, *, connected: bool
) -> None:
    """Whatever went before, on a new connection and on one at hand: a request whose time is up does not leave."""
    if connected:
        await http.send("GET", f"/v3/task/{TASK}")
    flight = _flight(soon(-1))
    with pytest.raises(TooLateError):
        await _send(http, flight)
    assert flight.reply == NO_TIME_LEFT
    assert codearts.count("DELETE") == 0


async def test_once_the_first_byte_may_have_left_it_may_have_been_executed(
    http: HttpClient, codearts: CodeArtsStandIn
) -> None:
    """From then on, only an answer makes it more than that."""
    flight = _flight(soon())
    await _send(http, flight)
    assert isinstance(flight.reply, NoAnswer)
    assert codearts.count("DELETE") == 1


async def test_what_does_not_connect_has_not_left() -> None:
    """The making of a connection is no sending."""
    flight = _flight(soon())
    async with http_client("http://127.0.0.1:9") as http:
        with pytest.raises(aiohttp.ClientConnectorError) as raised:
            await _send(http, flight)
    flight.failed(raised.value)
    assert isinstance(flight.reply, NotSent)


async def test_what_has_left_does_not_leave_again_in_the_same_attempt() -> None:
    """Aiohttp would send a DELETE again by itself if the connection was lost."""
    flight = _flight(soon())
    flight.begin_attempt()
    await flight.leave()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await flight.leave()
    assert isinstance(flight.reply, NoAnswer)
