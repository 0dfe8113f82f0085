"""What Slack did not sign: refused with 401, before its body is read, and said in the log, but not too often."""

import asyncio
import time
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from bot.slack.transport.signature import MALFORMED, OFF, UNSIGNED, WRONG
from tests.slack.samples import ALICE
from tests.slack.signing import SignedSlack, command_form, signed_headers

HELP = command_form("help", ALICE)


def stamped(timestamp: str) -> dict[str, str]:
    """Headers as Slack sends them, but for the timestamp."""
    return signed_headers(HELP) | {"X-Slack-Request-Timestamp": timestamp}


def signed(signature: str) -> dict[str, str]:
    """Headers as Slack sends them, but for the signature."""
    return signed_headers(HELP) | {"X-Slack-Signature": signature}


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (dict, UNSIGNED),
        (lambda: {"X-Slack-Signature": f"v0={'0' * 64}"}, UNSIGNED),
        (lambda: signed_headers(HELP, secret="another secret"), WRONG),
        (lambda: signed_headers(f"{HELP}&text=delete"), WRONG),
        (lambda: signed(f"v0={'0' * 64}"), WRONG),
        (lambda: signed(""), MALFORMED),
        (lambda: signed("v0=ü"), MALFORMED),
        (lambda: signed("v0=0123"), MALFORMED),
        (lambda: signed(f"v0={'0' * 1_000}"), MALFORMED),
        (lambda: signed(f"v1={'0' * 64}"), MALFORMED),
        (lambda: stamped(""), MALFORMED),
        (lambda: stamped("soon"), MALFORMED),
        (lambda: stamped("-1"), MALFORMED),
        (lambda: stamped("1e9"), MALFORMED),
        (lambda: stamped("9" * 300), MALFORMED),
        (lambda: stamped("9" * 5_000), MALFORMED),
        (lambda: stamped("١٧٩٠٠٠٠٠٠٠"), MALFORMED),
        (lambda: stamped("0"), OFF),
        (lambda: stamped("9" * 12), OFF),
        (lambda: signed_headers(HELP, at=int(time.time()) - 400), OFF),
        (lambda: signed_headers(HELP, at=int(time.time()) + 3_600), OFF),
    ],
)
async def test_refused_with_its_reason_in_the_log(
    bot: SignedSlack, made: Callable[[], dict[str, str]], reason: str
) -> None:
    """401 without a word of why to the one who sent it; the operator reads why, and no stack trace."""
    with capture_logs() as logs:
        assert await bot.send(HELP, made()) == (401, "not signed by Slack")

    assert [(log["log_level"], log["reason"]) for log in logs] == [("warning", reason)]


async def test_how_far_the_clock_is_off(bot: SignedSlack) -> None:
    """The operator reads by how many seconds."""
    with capture_logs() as logs:
        await bot.send(HELP, signed_headers(HELP, at=int(time.time()) - 1_000))

    assert -1_010 < logs[0]["clock_off_seconds"] < -990


async def test_logged_at_a_bounded_rate(bot: SignedSlack) -> None:
    """A hundred unsigned requests make one line, and one of another kind makes a second."""
    with capture_logs() as logs:
        for _ in range(100):
            await bot.send("", {})
        await bot.send("", signed_headers("x"))

    assert [log["reason"] for log in logs] == [UNSIGNED, WRONG]


@pytest.mark.parametrize("headers", [{}, stamped("9" * 300), signed("v0=0"), stamped("0")])
async def test_refused_before_the_body_has_come(bot: SignedSlack, headers: dict[str, str]) -> None:
    """What the headers alone show to be wrong is answered while its body is still awaited."""
    reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST /slack/events HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: 100000\r\n\r\nx".encode())
    async with asyncio.timeout(10):
        assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
        await reader.read()  # and then the connection is closed
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("body", ["payload={bad", "{", "[" * 100_000, '{"authorizations": [1]}'])
async def test_unsigned_rubbish_is_not_parsed(bot: SignedSlack, body: str) -> None:
    """An unsigned body is refused for its signature, before anything parses it."""
    assert (await bot.send(body, {"Content-Type": "application/json"}))[0] == 401


@pytest.mark.parametrize("path", ["/slack/events?ssl_check=1&token=x", "/slack/events/?ssl_check=1"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_ssl_check_in_the_query(bot: SignedSlack, method: str, path: str) -> None:
    """Slack's check of the certificate is answered with 200; it is not signed."""
    assert await bot.request(method, path) == (200, "")


@pytest.mark.parametrize("body", ["ssl_check=1", "ssl_check=1&token=abc"])
async def test_ssl_check_in_the_body(bot: SignedSlack, body: str) -> None:
    """The same as a form."""
    assert await bot.send(body, {"Content-Type": "application/x-www-form-urlencoded"}) == (200, "")


@pytest.mark.parametrize(
    "body", ["ssl_check=0", "ssl_check=1&ssl_check=2", "text=ssl_check=1", f"ssl_check=1&x={'x' * 2_000}"]
)
async def test_what_is_no_ssl_check(bot: SignedSlack, body: str) -> None:
    """Everything else that is not signed is refused, and what is long is not even read."""
    assert (await bot.send(body, {}))[0] == 401
