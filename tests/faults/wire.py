"""Everything that a bot sends and receives on the wire: each request and each reply has a name and a number.

So a test can make something happen at exactly one of them: `before` a request is forwarded, or `after` its reply has
come but before it is delivered. The bot does not notice.
"""

import asyncio
import contextlib
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, Self

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Namer = Callable[[bytes], str | None]

_REQUEST_LINE = re.compile(rb"(GET|POST|DELETE) (\S+) HTTP/1\.1\r\n")
_TEXT, _CONTROL = 0x1, 0x8  # WebSocket opcodes


@dataclass(frozen=True, slots=True)
class Point:
    """One I/O of a bot.

    Args:
        what: what is said, and to whom.
        number: the how-manieth of its name, from 1.
        side: before the request is passed on, or after the reply has come.
    """

    what: str
    number: int
    side: Literal["before", "after"]

    def __str__(self) -> str:
        return f"{self.side} {self.what} {self.number}"


class Wire:
    """What passes, in order, and what happens when: `wire.at(Point("codearts DELETE", 1, "after"), bot.kill)`.

    `times` has when each point was reached, in seconds since 1970: by this machine's clock, which is Redis's as well.
    """

    def __init__(self) -> None:
        self.passed: list[Point] = []
        self.times: dict[Point, float] = {}
        self.watching = False
        self._numbers: Counter[tuple[str, str]] = Counter()
        self._plans: dict[Point, tuple[Callable[[], object], bool]] = {}
        self.happened: list[Point] = []

    def at(self, point: Point, act: Callable[[], object], *, pass_on: bool = False) -> None:
        """Call `act` when `point` is reached; then drop the connection, or `pass_on` what was held back."""
        self._plans[point] = (act, pass_on)

    def next(self, what: str, side: Literal["before", "after"]) -> Point:
        """The next point of this name."""
        return Point(what, self._numbers[what, side] + 1, side)

    def passes(self, what: str, side: Literal["before", "after"]) -> bool:
        """Record a point. Returns False if the connection has to be cut here."""
        if not self.watching:
            return True
        self._numbers[what, side] += 1
        point = Point(what, self._numbers[what, side], side)
        self.passed.append(point)
        self.times[point] = time.time()
        if point not in self._plans:
            return True
        act, pass_on = self._plans.pop(point)
        self.happened.append(point)
        act()
        return pass_on


class Tap:
    """A TCP proxy of one server, which names what passes to a `Wire`; listens while it is entered.

    Args:
        wire: told of every request and reply.
        name: what a piece from the client is: a request, or None for a part of one, or for what does not count.
        connect: opens a connection to the server.
    """

    def __init__(self, wire: Wire, name: Namer, connect: Callable[[], Awaitable[Streams]]) -> None:
        self._wire = wire
        self._name = name
        self._connect = connect
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for link in tuple(self._links):
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        upstream: asyncio.StreamWriter | None = None
        try:
            up_reader, upstream = await self._connect()
            link = _Link(self._wire, self._name)
            pumps = [
                asyncio.create_task(link.requests(reader, upstream)),
                asyncio.create_task(link.replies(up_reader, writer)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:  # there is no server behind
            pass
        except asyncio.CancelledError:
            pass
        finally:
            self._links.discard(task)
            for end in (writer, upstream):
                if end is not None:
                    end.transport.abort()


class _Link:
    """One connection: its latest request gives the reply its name."""

    def __init__(self, wire: Wire, name: Namer) -> None:
        self._wire = wire
        self._name = name
        self._asked: str | None = None
        self._socket_mode = False

    async def requests(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 20):
            if self._socket_mode:
                if not piece[0] & _CONTROL and not self._wire.passes("socket envelope", "after"):
                    return
            elif (what := self._name(piece)) is not None:
                self._asked = what or None
                if what and not self._wire.passes(what, "before"):
                    return
            to.write(piece)
            with contextlib.suppress(ConnectionError):
                await to.drain()

    async def replies(self, reader: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1 << 20):
            if self._socket_mode:
                if piece[0] & 0xF == _TEXT and not self._wire.passes("socket envelope", "before"):
                    return
            elif self._asked is not None:
                asked, self._asked = self._asked, None
                if not self._wire.passes(asked, "after"):
                    return
            self._socket_mode = self._socket_mode or piece.startswith(b"HTTP/1.1 101")
            to.write(piece)
            with contextlib.suppress(ConnectionError):
                await to.drain()


def redis_request(piece: bytes) -> str | None:
    """Name what a transaction does: `redis confirmed` appends that event, `redis rest` releases a deletion, and so on.

    "" for what does not count: connecting, the sweep's questions, the readiness check and the checkpoints, which come
    by the clock.
    """
    if not piece.startswith(b"*"):
        return None
    words = piece.split(b"\r\n")[2::2]  # each is preceded by its length
    if words[0] == b"GET":
        return "redis get"
    if words[0] != b"EVALSHA" or len(words) < 4:
        return ""
    keys = words[3 : 3 + int(words[2])]
    if any(ignored in key for key in keys for ignored in (b":probe:", b":checkpoint", b":instance")):
        return ""
    return f"redis {_transaction(json.loads(words[3 + len(keys)]))}"


def _transaction(plan: dict[str, Any]) -> str:
    if any(condition[0] == "due" for condition in plan["when"]):
        return "take over"
    effects: dict[str, list[Any]] = {effect[0]: effect[2:] for effect in reversed(plan["act"])}
    if "append" in effects:
        return str(json.loads(f"{{{effects['append'][0]}}}")["kind"])
    for name, means in (("unschedule", "close"), ("set", "remember"), ("release", "release")):
        if name in effects:
            return means
    if "schedule" in effects:
        return "hold" if effects["schedule"][2] else "rest"
    return "read"


def http_request(server: str) -> Namer:
    """Names requests by the server and the method, and the Web API's by theirs; `details` are the rest of a look-up."""

    def name(piece: bytes) -> str | None:
        line = _REQUEST_LINE.match(piece)
        if line is None:
            return None
        method, path = line[1].decode(), line[2].decode()
        if server == "codearts" and not path.startswith(("/v3/task/", "/v3/auth/")):
            return "codearts details"
        if server != "slack":
            return f"{server} {method}"
        if path.startswith("/api/auth.test"):  # the readiness check
            return ""
        if path.startswith("/api/"):
            return f"slack {path.removeprefix('/api/').partition('?')[0]}"
        return "slack response_url" if method == "POST" else ""

    return name
