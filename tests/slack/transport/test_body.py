"""Bodies that are too long, too slow or no HTTP: they hold neither memory nor a place for long."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from structlog.testing import capture_logs

from bot.slack.transport.body import Bodies
from bot.slack.transport.connections import Connections
from tests.slack.samples import ALICE
from tests.slack.signing import command_form
from tests.slack.transport.bounded import MOST, half_a_body, served, slack_at
from tests.slack.transport.strangers import Streams, strangers, unread
from tests.slack.waiting import until

HELP = command_form("help", ALICE)


@pytest.mark.parametrize(
    "headers", ["Transfer-Encoding: chunked\r\n\r\nb\r\nssl_check=1\r\n0\r\n", "Content-Length: 20\r\n\r\nssl_check"]
)
async def test_a_check_of_the_certificate_without_its_body(headers: str) -> None:
    """Nobody signed it, so it is refused: nothing of unknown length is read for it, and it is not waited for long."""
    request = f"POST /slack/events HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode()
    with capture_logs() as logs:
        async with (
            served(None, Connections(MOST), Bodies(seconds=0.1)) as server,
            strangers(server.port, 1, request) as ((reader, _),),
            asyncio.timeout(10),
        ):
            assert (await reader.readline()).split()[1] == b"401"
    assert not [log for log in logs if log["log_level"] == "error"]


@pytest.mark.parametrize("length", [60_000, 500_000])
async def test_a_body_that_does_not_come(app: AsyncApp, length: int) -> None:
    """A request whose body does not come is answered with 408, and the connection is closed."""
    async with (
        served(app, Connections(MOST), Bodies(seconds=0.1)) as server,
        strangers(server.port, 1, half_a_body(length)) as ((reader, _),),
    ):
        async with asyncio.timeout(10):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
            await reader.read()


async def test_large_bodies_leave_room_for_small_ones(app: AsyncApp, session: aiohttp.ClientSession) -> None:
    """While strangers keep every place for a large body, a command and a click are read as ever."""
    async with (
        served(app, Connections(100)) as server,
        strangers(server.port, 50, half_a_body(1_000_000, 200_000)),
    ):
        assert (await slack_at(server, session).send(HELP))[0] == 200


@pytest.mark.parametrize("chunked", [False, True])
async def test_only_eight_large_bodies_are_read_at_once(
    app: AsyncApp, session: aiohttp.ClientSession, *, chunked: bool
) -> None:
    """The ninth waits in the kernel's buffers, not in this process's memory, until one of them has gone."""
    large = half_a_body(1_000_000, 999_999)
    if chunked:  # it may be large, so it counts as large
        large = large.replace(b"Content-Length: 1000000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\nf4240\r\n")
    async with (
        served(app, Connections(100), Bodies(seconds=60)) as server,
        strangers(server.port, 8, large) as eight,
    ):
        await until(all_read(eight))
        async with strangers(server.port, 1, large) as ninth:
            for _ in range(40):  # which takes longer than reading the ninth would
                assert (await slack_at(server, session).send(HELP))[0] == 200
            assert unread(ninth[0]) > 600_000
            eight[0][1].transport.abort()
            await until(all_read(ninth))


def all_read(connections: Sequence[Streams]) -> Callable[[], Awaitable[bool]]:
    """Whether the bot has read what each of them has sent."""

    async def read() -> bool:
        return not any(map(unread, connections))

    return read


@pytest.mark.parametrize(
    ("headers", "sent", "status"),
    [
        ("Content-Length: 2000000", b"", b"413"),
        ("Transfer-Encoding: chunked", b"zzz\r\n", b"400"),
        ("Transfer-Encoding: chunked", b"5\r\nabcdefgh\r\n", b"400"),
    ],
)
async def test_a_body_that_can_be_nothing(app: AsyncApp, headers: str, sent: bytes, status: bytes) -> None:
    """One that is announced as too long is not waited for, and one that is not HTTP is no error of ours."""
    request = half_a_body(sent=0).replace(b"Content-Length: 60000", headers.encode()) + sent
    with capture_logs() as logs:
        async with (
            served(app, Connections(MOST)) as server,
            strangers(server.port, 1, request) as ((reader, _),),
            asyncio.timeout(4),  # a body may take 5 s
        ):
            assert (await reader.readline()).split()[1] == status

    assert [log for log in logs if log["log_level"] not in {"info", "warning"}] == []


class Watched(Bodies):
    """Says that it has begun to read."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = asyncio.Event()

    async def read(self, request: web.BaseRequest) -> bytes:
        """Read the body."""
        self.begun.set()
        return await super().read(request)


async def answer_to(later: bytes) -> str:
    """The status line of the answer to a body of chunks that goes on like this while it is being read."""
    request = half_a_body(sent=0).replace(b"Content-Length: 60000", b"Transfer-Encoding: chunked")
    bodies = Watched()
    async with (
        served(None, Connections(MOST), bodies) as server,
        strangers(server.port, 1, request) as ((reader, writer),),
        asyncio.timeout(10),
    ):
        await bodies.begun.wait()
        writer.write(later)
        return (await reader.readline()).decode()


@pytest.mark.parametrize("later", [b"zzz\r\n", b"5\r\nabcdefgh\r\n"])
def test_a_body_that_turns_out_to_be_nothing(later: bytes) -> None:
    """Without its parser in C, aiohttp itself stops at what is not HTTP: it is refused, and no error of ours."""
    script = f"import asyncio; from {__name__} import answer_to; print(asyncio.run(answer_to({later!r})))"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "AIOHTTP_NO_EXTENSIONS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "HTTP/1.1 400 " in ran.stdout, ran.stderr
    assert "request failed" not in ran.stdout + ran.stderr
