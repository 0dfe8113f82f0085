"""HTTP: what is refused before Bolt sees it, and how the server starts and stops."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from functools import partial

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from structlog.testing import capture_logs

from bot.observability.health import Readiness
from bot.slack.transport.body import LIMIT
from bot.slack.transport.connections import Connections
from bot.slack.transport.events import Events
from bot.slack.transport.http import HttpApp, http_app, serve_http
from tests.slack.samples import ALICE
from tests.slack.signing import SECRET, SignedSlack, click_form, command_form, signed_headers
from tests.slack.transport.conftest import ANSWER
from tests.slack.transport.strangers import strangers
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
    assert ANSWER in answer


@pytest.mark.parametrize("path", ["/slack/events", "/slack/events/"])
async def test_a_trailing_slash_makes_no_difference(url: str, session: aiohttp.ClientSession, path: str) -> None:
    """Both paths are the same route; nobody is redirected to where the Host header points."""
    headers = signed_headers(HELP) | {"Host": "evil.example"}
    async with session.post(f"{url}{path}", data=HELP, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 200
        assert ANSWER in await answer.text()


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/readyz", "/readyz/"])
async def test_health_beside_it(bot: SignedSlack, path: str) -> None:
    """The health endpoints are served beside it."""
    assert (await bot.request("GET", path))[0] == 200


async def test_the_server_does_not_name_its_versions(url: str, session: aiohttp.ClientSession) -> None:
    """Nobody needs to know which Python and which server this is."""
    async with session.get(f"{url}/healthz") as answer:
        assert answer.headers["Server"] == "codecheck-bot"


async def test_not_started_yet(session: aiohttp.ClientSession) -> None:
    """Until the bot has started, what Slack sends is answered with 503; health checks are answered."""
    async with serve_http(HttpApp(Readiness(), Events(SECRET)), "127.0.0.1", 0) as server:
        starting = SignedSlack(session, f"http://127.0.0.1:{server.port}")
        assert await starting.send(HELP) == (503, "starting")
        assert (await starting.request("GET", "/healthz"))[0] == 200


async def test_compressed_bodies_are_not_unpacked(bot: SignedSlack) -> None:
    """Slack compresses nothing: a small body that would unpack to gigabytes is taken as it is, so as rubbish."""
    packed = gzip.compress(b"x" * 10 * LIMIT)
    headers = signed_headers("text=x") | {"Content-Encoding": "gzip"}
    assert await bot.send(packed, headers) == (400, "not UTF-8")


@pytest.mark.parametrize(
    "body",
    [
        "payload={bad",
        "{",
        '{"authorizations": [1]}',
        '{"authorizations": true}',
        '{"authorizations": {"a": 1}}',
        f"payload={'[' * 100_000}",
    ],
)
async def test_signed_rubbish_is_refused(bot: SignedSlack, body: str) -> None:
    """A signed body that cannot be parsed is refused with 400, and neither logged nor answered with a stack trace."""
    with capture_logs() as logs:
        status, answer = await bot.send(body)

    assert (status, answer) == (400, "not parsable")
    assert all("exc_info" not in log for log in logs)


async def test_what_is_refused_ends_its_connection(url: str, session: aiohttp.ClientSession) -> None:
    """What follows on it cannot be trusted."""
    async with session.post(f"{url}/slack/events", data=HELP) as answer:
        assert (answer.status, answer.headers["Connection"]) == (401, "close")


async def test_what_is_not_http_is_not_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """Anyone can send it, as often as they like."""
    async with strangers(int(url.rpartition(":")[2]), 1, b"\x16\x03\x01\r\n\r\n") as ((reader, _),):
        assert (await reader.readline()).startswith(b"HTTP/1.0 400")
    assert not caplog.records


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
    """A body sent in chunks, whose length is not given, is refused as soon as it passes the limit."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += LIMIT
            yield b"x" * LIMIT

    try:
        async with session.post(f"{url}/slack/events", data=chunks(), headers=signed_headers("")) as answer:
            assert answer.status == 413
    except aiohttp.ClientOSError:
        pass  # the server closed the connection while we were sending: it had stopped reading
    assert sent < 100 * LIMIT


async def test_body_not_utf8(bot: SignedSlack) -> None:
    """A body that is not UTF-8 is refused with 400, even where it is signed."""
    body = b"text=\xff\xfe"
    assert (await bot.send(body, signed_headers(body)))[0] == 400


async def test_header_not_utf8(url: str) -> None:
    """A header that is not UTF-8 is refused with 400, even if the request is signed."""
    port = int(url.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    signed = "".join(f"{name}: {value}\r\n" for name, value in signed_headers("").items())
    writer.write(
        f"POST /slack/events HTTP/1.1\r\nHost: a\r\n{signed}Content-Length: 0\r\nConnection: close\r\n".encode()
        + b"X-A: \xff\r\n\r\n"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/slack/events", 405),
        ("PUT", "/slack/events", 405),
        ("POST", "/other", 404),
        ("GET", "/", 404),
        ("GET", "/metrics", 404),
        ("POST", "/readyz", 405),
        ("GET", "//slack/events", 404),
        ("GET", "/slack/%65vents/x", 404),
    ],
)
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


class Slow(HttpApp):
    """What takes its time to answer."""

    def __init__(self) -> None:
        super().__init__(Readiness())
        self.arrived, self.released = asyncio.Event(), asyncio.Event()

    async def answer(self, request: web.BaseRequest, connections: Connections) -> web.Response:  # noqa: ARG002 - so in HttpApp
        """Answer when released."""
        self.arrived.set()
        await self.released.wait()
        return web.Response(text="done")


async def test_stopping_answers_what_is_under_way(session: aiohttp.ClientSession) -> None:
    """`stop` takes no more requests, answers those under way, and then the port is closed."""
    slow = Slow()
    async with serve_http(slow, "127.0.0.1", 0) as server:
        under_way = asyncio.create_task(_text(session, server.port))
        await slow.arrived.wait()
        stopping = asyncio.create_task(server.stop())
        await until(partial(_is_closed, server.port))
        await asyncio.wait({stopping}, timeout=0.5)
        assert not stopping.done()
        slow.released.set()
        assert await under_way == "done"
        await stopping


class Broken(HttpApp):
    """What has a bug."""

    async def answer(self, request: web.BaseRequest, connections: Connections) -> web.Response:  # noqa: ARG002 - so in HttpApp
        """Fail, with a secret in the text."""
        raise RuntimeError("xoxb-secret")


async def test_a_bug_shows_no_stack_trace(session: aiohttp.ClientSession) -> None:
    """An error that nobody expected is a plain 500, and is logged."""
    with capture_logs() as logs:
        async with (
            serve_http(Broken(Readiness()), "127.0.0.1", 0) as server,
            session.get(f"http://127.0.0.1:{server.port}/") as answer,
        ):
            assert (answer.status, await answer.text()) == (500, "failed")
            assert answer.headers["Connection"] == "close"

    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["request failed"]


async def _text(session: aiohttp.ClientSession, port: int) -> str:
    async with session.get(f"http://127.0.0.1:{port}/") as answer:
        return await answer.text()


async def _is_closed(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) != 0
