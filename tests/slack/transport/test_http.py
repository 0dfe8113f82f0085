"""HTTP: what is refused before Bolt sees it, and how the server starts and stops."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from functools import partial

import aiohttp
import pytest
from bot.slack.transport.guard import LIMIT
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from bot.observability.health import Readiness
from bot.slack.transport.http import http_app, serve_http
from tests.slack.samples import ALICE
from tests.slack.signing import SECRET, SignedSlack, click_form, command_form, signed_headers
from tests.slack.waiting import until

HELP = command_form("help", ALICE)


@pytest.fixture
async def url(app: AsyncApp) -> AsyncIterator[str]:
    """The bot's address."""
    async with serve_http(http_app(app, SECRET, Readiness({})), "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.port}"


async def test_signed_request_is_answered(bot: SignedSlack) -> None:
    """What Slack signed is answered by the listeners."""
    status, answer = await bot.send(HELP)

    assert status == 200
    assert "two confirmations" in answer


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed_headers(HELP, secret="another secret"),
        signed_headers(f"{HELP}&text=delete"),
        signed_headers(HELP) | {"X-Slack-Signature": "v0=ü"},
        signed_headers(HELP) | {"X-Slack-Request-Timestamp": "soon"},
        signed_headers(HELP, at=int(time.time()) - 301),
        signed_headers(HELP, at=int(time.time()) + 3_600),
    ],
    ids=["unsigned", "other secret", "other body", "not ASCII", "no number", "too old", "too new"],
)
async def test_not_signed_by_slack(bot: SignedSlack, headers: dict[str, str]) -> None:
    """A request that Slack did not sign, or signed more than five minutes off, is refused with 401."""
    assert (await bot.send(HELP, headers))[0] == 401


@pytest.mark.parametrize("body", ["payload={bad", "{", "[" * 100_000, '{"authorizations": [1]}'])
async def test_unsigned_rubbish_is_not_parsed(bot: SignedSlack, body: str) -> None:
    """An unsigned body is refused for its signature, before anything parses it."""
    assert (await bot.send(body, {"Content-Type": "application/json"}))[0] == 401


@pytest.mark.parametrize("body", ["payload={bad", "{", '{"authorizations": [1]}', f"payload={'[' * 100_000}"])
async def test_signed_rubbish_is_refused(bot: SignedSlack, body: str) -> None:
    """A signed body that cannot be parsed is refused with 400, and neither logged nor answered with a stack trace."""
    with capture_logs() as logs:
        status, answer = await bot.send(body)

    assert (status, answer) == (400, "not parsable")
    assert all("exc_info" not in log for log in logs)


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "1", "{}", "payload=[]", "payload=null"])
async def test_signed_json_of_another_shape(bot: SignedSlack, body: str) -> None:
    """JSON that is no payload of Slack's never ends in a server error."""
    assert (await bot.send(body))[0] in (400, 404)


async def test_body_over_the_limit(bot: SignedSlack) -> None:
    """A body over 1 MiB is refused with 413, signed or not."""
    assert (await bot.send(b"x" * (LIMIT + 1)))[0] == 413


async def test_body_at_the_limit(bot: SignedSlack) -> None:
    """A body of exactly 1 MiB is read."""
    padding = "x" * (LIMIT - len(HELP) - len("&pad="))

    assert (await bot.send(f"{HELP}&pad={padding}"))[0] == 200


async def test_body_over_the_limit_without_its_length(url: str, session: aiohttp.ClientSession) -> None:
    """A body sent in chunks, whose length nobody told, is refused as soon as it passes the limit."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += LIMIT
            yield b"x" * LIMIT

    try:
        async with session.post(f"{url}/slack/events", data=chunks()) as answer:
            assert answer.status == 413
    except aiohttp.ClientOSError:
        pass  # the server closed the connection while we were sending: it had stopped reading
    assert sent < 100 * LIMIT


async def test_body_not_utf8(bot: SignedSlack) -> None:
    """A body that is not UTF-8 is refused with 400, even where it is signed."""
    body = b"text=\xff\xfe"
    assert (await bot.send(body, signed_headers(body)))[0] == 400


async def test_header_not_utf8(url: str) -> None:
    """A header that is not UTF-8 is refused with 400, not answered with a server error."""
    port = int(url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-A: \xff\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/slack/events", 405), ("POST", "/other", 404)])
async def test_other_addresses(url: str, session: aiohttp.ClientSession, method: str, path: str, status: int) -> None:
    """Nothing else is served."""
    async with session.request(method, f"{url}{path}") as answer:
        assert answer.status == status


async def test_url_verification(bot: SignedSlack) -> None:
    """Slack's check of the address is answered with its challenge."""
    body = '{"type": "url_verification", "challenge": "abc"}'
    status, answer = await bot.send(body, signed_headers(body) | {"Content-Type": "application/json"})

    assert (status, answer) == (200, '{"challenge": "abc"}')


async def test_interaction_nobody_listens_to(bot: SignedSlack) -> None:
    """A payload that the bot has no use for is answered, and not with a server error."""
    assert (await bot.send(click_form({"type": "shortcut", "callback_id": "x", "user": {"id": "U1"}})))[0] == 404


async def test_address_in_use() -> None:
    """An address that something else listens on is an error at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        async with serve_http(Starlette(), "127.0.0.1", taken.getsockname()[1]):
            pass


async def test_stopping_answers_what_is_under_way(session: aiohttp.ClientSession) -> None:
    """`stop` takes no more requests, answers those under way, and then the port is closed."""
    arrived, released = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        arrived.set()
        await released.wait()
        return PlainTextResponse("done")

    async with serve_http(Starlette(routes=[Route("/", slow)]), "127.0.0.1", 0) as server:
        under_way = asyncio.create_task(_text(session, server.port))
        await arrived.wait()
        stopping = asyncio.create_task(server.stop())
        await until(partial(_is_closed, server.port))
        await asyncio.wait({stopping}, timeout=0.5)
        assert not stopping.done()
        released.set()
        assert await under_way == "done"
        await stopping


async def _text(session: aiohttp.ClientSession, port: int) -> str:
    async with session.get(f"http://127.0.0.1:{port}/") as answer:
        return await answer.text()


async def _is_closed(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0
