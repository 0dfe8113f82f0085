"""What strangers can hold: so many connections, for so long. Slack gets through all the same."""

import asyncio
import resource
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from structlog.testing import capture_logs

from bot.slack.transport.connections import Connections, most_connections
from bot.slack.transport.http import HttpServer
from tests.slack.samples import ALICE
from tests.slack.signing import command_form, signed_headers
from tests.slack.transport.bounded import MOST, half_a_body, served, slack_at
from tests.slack.transport.conftest import ANSWER, Desk
from tests.slack.transport.strangers import Streams, is_cut, strangers
from tests.slack.waiting import until

HELP = command_form("help", ALICE)
WAIT = command_form("wait", ALICE)
HALF_A_REQUEST = [
    b"",
    b"POST",
    b"POST /slack/events HTTP/1.1\r\nHost: a\r\nX-",
    b"\x16\x03\x01\x02",
]


@pytest.fixture
async def server(app: AsyncApp) -> AsyncIterator[HttpServer]:
    """A bot that takes ten connections."""
    async with served(app, Connections(MOST, header_seconds=60)) as serving:
        yield serving


@pytest.mark.parametrize("sent", [*HALF_A_REQUEST, half_a_body()])
async def test_slack_gets_through(server: HttpServer, session: aiohttp.ClientSession, sent: bytes) -> None:
    """However many connections strangers hold open, a signed request is answered, and there are never too many."""
    async with strangers(server.port, 5 * MOST, sent) as held:
        status, answer = await slack_at(server, session).send(HELP)
        cut = [await is_cut(streams) for streams in held]

    assert (status, ANSWER in answer) == (200, True)
    assert cut.count(False) < MOST


async def test_the_oldest_goes_first(server: HttpServer) -> None:
    """The connection that has waited longest makes room for the newest."""
    async with strangers(server.port, MOST + 3, b"POST") as held:

        async def three_are_cut() -> bool:
            return [await is_cut(streams) for streams in held].count(True) >= 3

        await until(three_are_cut)
        assert [await is_cut(streams) for streams in held] == [True] * 3 + [False] * MOST


def signed(body: str) -> bytes:
    """A request of Slack's."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed_headers(body).items())
    return f"POST /slack/events HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}".encode()


async def ask(streams: Streams) -> bytes:
    """Slack sends a command on a connection of its own; the status line."""
    reader, writer = streams
    writer.write(signed(HELP))
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    return head.partition(b"\r\n")[0]


async def test_whom_slack_uses_stays(server: HttpServer) -> None:
    """A connection on which Slack signed something outlives every stranger's, and serves again."""
    async with strangers(server.port, 1, b"") as (kept,):
        await ask(kept)
        async with strangers(server.port, 5 * MOST, b"POST"):
            assert await ask(kept) == b"HTTP/1.1 200 OK"


async def test_the_oldest_that_is_idle_makes_room(server: HttpServer) -> None:
    """If Slack has used every connection, the one that has rested longest is closed for a new one."""
    async with strangers(server.port, MOST, b"") as kept:
        for streams in kept:
            await ask(streams)
        async with strangers(server.port, 1, b"") as (newcomer,):
            assert await ask(newcomer) == b"HTTP/1.1 200 OK"
        assert [await is_cut(streams) for streams in kept] == [True] + [False] * (MOST - 1)


async def test_whoever_leaves_is_forgotten(app: AsyncApp, desk: Desk) -> None:
    """A stranger, a connection at rest, and one whose request is still being answered: none counts any longer."""
    connections = Connections(MOST)

    async def all_forgotten() -> bool:
        return not any(connections.open_by_kind.values())

    async with served(app, connections) as server:
        async with strangers(server.port, 1, b"POST"), strangers(server.port, 2, b"") as (resting, busy):
            await ask(resting)
            busy[1].write(signed(WAIT))
            await desk.waiting.wait()
            assert connections.open_by_kind == {"stranger": 1, "known": 1, "busy": 1}
        await until(all_forgotten)
        desk.open.set()

        async def answered() -> bool:
            return desk.answered == 2

        await until(answered)
        await asyncio.sleep(0)
        assert await all_forgotten()


async def test_what_is_being_answered_stays(server: HttpServer, session: aiohttp.ClientSession, desk: Desk) -> None:
    """A signed request under way is answered, whoever comes meanwhile."""
    slack = slack_at(server, session)
    under_way = asyncio.create_task(slack.send(WAIT))
    await desk.waiting.wait()
    async with strangers(server.port, 5 * MOST, b"POST"):
        desk.open.set()
        assert (await under_way)[0] == 200


async def test_a_newcomer_goes_if_all_are_busy(server: HttpServer, session: aiohttp.ClientSession, desk: Desk) -> None:
    """If every connection has a signed request under way, none of them is given up for another."""
    slack = slack_at(server, session)
    busy = [asyncio.create_task(slack.send(WAIT)) for _ in range(MOST)]
    await desk.waiting.wait()
    async with strangers(server.port, 1, b"") as (newcomer,):

        async def gone() -> bool:
            return await is_cut(newcomer)

        await until(gone)
    desk.open.set()
    assert [status for status, _ in await asyncio.gather(*busy)] == [200] * MOST


async def test_said_once(server: HttpServer) -> None:
    """That the bound was reached is logged, and not for each connection."""
    with capture_logs() as logs:
        async with strangers(server.port, 10 * MOST, b"") as held:

            async def full() -> bool:
                return [await is_cut(streams) for streams in held].count(True) >= 9 * MOST

            await until(full)

    assert [log["most"] for log in logs] == [MOST]


@pytest.mark.parametrize("sent", HALF_A_REQUEST)
async def test_headers_that_do_not_come(app: AsyncApp, sent: bytes) -> None:
    """A connection whose first request does not come is cut."""
    async with (
        served(app, Connections(MOST, header_seconds=0.1)) as server,
        strangers(server.port, 1, sent) as (silent,),
    ):

        async def gone() -> bool:
            return await is_cut(silent)

        await until(gone)


async def test_a_kept_connection_is_not_cut(app: AsyncApp) -> None:
    """The time for headers is that of the first request: between two requests a connection may rest."""
    async with (
        served(app, Connections(MOST, header_seconds=0.05)) as server,
        strangers(server.port, 1, b"") as (kept,),
    ):
        await ask(kept)
        async with strangers(server.port, 1, b"") as (silent,):

            async def gone() -> bool:
                return await is_cut(silent)

            await until(gone)  # it came later, and its time is over
        assert await ask(kept) == b"HTTP/1.1 200 OK"


async def test_a_body_may_come_later_than_headers(app: AsyncApp) -> None:
    """The time for headers is over once they are there; a body has a time of its own."""
    request = signed(HELP)
    async with (
        served(app, Connections(MOST, header_seconds=0.3)) as server,
        strangers(server.port, 1, request[:-1]) as ((reader, writer),),
        strangers(server.port, 1, b"") as (silent,),
    ):

        async def gone() -> bool:
            return await is_cut(silent)

        await until(gone)  # it came later, and its time is over
        writer.write(request[-1:])
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")


async def test_a_client_that_goes_away_is_no_error(app: AsyncApp) -> None:
    """Half a body and then the end of the connection: nobody can be answered, and nothing is logged as an error."""
    with capture_logs() as logs:
        async with served(app, Connections(MOST)) as server:
            for sent in (half_a_body(), half_a_body().replace(b"Content-Length: 60000", b"Transfer-Encoding: chunked")):
                async with strangers(server.port, 3, sent):
                    pass

    assert [log for log in logs if log["log_level"] not in {"info", "warning"}] == []


@pytest.mark.parametrize(("limit", "most"), [(64, 16), (256, 64), (1_024, 256), (4_096, 512)])
def test_well_below_the_descriptors(limit: int, most: int) -> None:
    """At most a quarter of what the process may open, so that Redis, Slack and CodeArts Check are always reached."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and limit > before[1]:
        pytest.skip("this machine allows fewer")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, before[1]))
        found = most_connections()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert found == most
