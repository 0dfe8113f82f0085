"""The bots of a test, seen from outside: started, watched, stopped, suspended and killed."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

from bot.domain.timings import Timings
from tests.faults.nursery import Birth

ROOT = Path(__file__).parents[2]
_SECONDS = 20.0


class Bot:
    """One running bot, forked by a nursery."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        loop = asyncio.get_running_loop()
        self._pid: asyncio.Future[int] = loop.create_future()
        self._port: asyncio.Future[int] = loop.create_future()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._status: asyncio.Future[int] = loop.create_future()
        self.log: list[dict[str, object]] = []
        self._reading = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        """Its process ID."""
        return self._pid.result()

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port.result()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return not self._status.done()

    async def born(self) -> None:
        """Wait until it serves."""
        async with asyncio.timeout(_SECONDS):
            await self._pid
            await self._ready

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once: it gets no chance to finish anything."""
        self.signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Wait for its end. Returns its exit status; negative for a signal."""
        async with asyncio.timeout(30):
            return await asyncio.shield(self._status)

    async def close(self) -> None:
        """Kill it if necessary, and clean up."""
        if self._pid.done() and not self._pid.cancelled():
            self.signal(signal.SIGKILL)
            await self.ended()
        await self._reading
        self._writer.close()

    async def _read(self) -> None:
        async for line in self._reader:
            entry: dict[str, object]
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"raw": line.decode(errors="replace").rstrip()}
            self.log.append(entry)
            for name, future in (("pid", self._pid), ("exit", self._status)):
                if isinstance(number := entry.get(name), int) and set(entry) == {name}:
                    future.set_result(number)
            if entry.get("event") == "listening":
                self._port.set_result(int(str(entry["port"])))
            if entry.get("event") == "serving":
                self._ready.set_result(None)
        story = "\n".join(str(entry.get("raw", entry)) for entry in self.log)
        for waited in (self._pid, self._port, self._ready, self._status):
            if not waited.done():
                waited.set_exception(RuntimeError(f"the bot ended:\n{story}"))
                waited.exception()  # it may be that nobody waits


class Nursery:
    """Starts bots. Args: socket: where the process listens."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def bear(self, environ: Mapping[str, str], folder: Path, timings: Timings) -> Bot:
        """Start a bot, and wait until it serves."""
        reader, writer = await asyncio.open_unix_connection(str(self._socket))
        usual = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": "0", "CODECHECK_LOG": "json"}
        birth = Birth(environ=usual | dict(environ), folder=str(folder), timings=asdict(timings))
        writer.write(json.dumps(birth).encode() + b"\n")
        bot = Bot(reader, writer)
        try:
            await bot.born()
        except BaseException:
            await bot.close()
            raise
        return bot


@asynccontextmanager
async def open_nursery(folder: Path, source: Path = ROOT) -> AsyncIterator[Nursery]:
    """Start the process that forks bots.

    Args:
        folder: an empty one, for its socket.
        source: the folder that holds the `bot` package to run.
    """
    socket = folder / "n.sock"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.nursery",
        str(socket),
        cwd=source,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(source), str(ROOT)])},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_SECONDS):
            imported = (await process.stdout.readline()).decode().strip()
        assert imported == str(source / "bot" / "app.py")
        yield Nursery(socket)
    finally:
        process.stdin.close()
        await process.wait()
