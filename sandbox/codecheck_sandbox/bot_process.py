"""The bot as a separate process: started, killed and restarted as on an operator's machine."""

import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import aiohttp

_SECONDS_TO_START = 20.0
_PAUSE = 0.05  # seconds between looks at /readyz
_SECONDS_TO_STOP = 30.0  # it promises 25
RUN = (sys.executable, "-m", "bot", "run")


class BotProcess:
    """One `codecheck-bot run`.

    Args:
        environ: its settings; of this process's own environment it gets only PATH and HOME. Without a HOST it listens
            on 127.0.0.1.
        folder: its working folder, which may contain codecheck.toml.
        command: what to run instead of `codecheck-bot run`.
    """

    def __init__(self, environ: Mapping[str, str], folder: Path, command: Sequence[str] = RUN) -> None:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
        self._environ = {**inherited, "HOST": "127.0.0.1", **environ, "PORT": "0", "CODECHECK_LOG": "json"}
        self._folder = folder
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._port: asyncio.Future[int] | None = None
        self.log: deque[dict[str, object]] = deque(maxlen=10_000)

    @property
    def url(self) -> str:
        """Where it listens."""
        if self._port is None or not self._port.done():
            raise RuntimeError("the bot is not listening yet")
        return f"http://{self._environ['HOST']}:{self._port.result()}"

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Its process ID."""
        if self._process is None:
            raise RuntimeError("the bot has not been started")
        return self._process.pid

    async def start(self, *, ready: bool = True) -> None:
        """Start it, and wait until it listens, or with `ready` until `/readyz` answers 200.

        Raises:
            RuntimeError: it ended, or was not ready in time; the message includes its log.
        """
        self._port = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            *self._command, cwd=self._folder, env=self._environ, stderr=asyncio.subprocess.PIPE
        )
        self._reading = asyncio.create_task(self._read(self._process, self._port))
        try:
            async with asyncio.timeout(_SECONDS_TO_START):
                await self._port
                while ready and not await self._is_ready():  # noqa: ASYNC110 - another process has no event to wait for
                    await asyncio.sleep(_PAUSE)
        except TimeoutError:
            self.kill()
            raise RuntimeError(f"the bot was not ready in time:\n{self._story()}") from None

    async def terminate(self) -> int:
        """Ask it to stop (SIGTERM), and wait until it has ended.

        Returns:
            Its exit status.
        """
        if self._process is None:
            raise RuntimeError("the bot has not been started")
        if self.running:
            self._process.terminate()
        async with asyncio.timeout(_SECONDS_TO_STOP):
            return await self.ended()

    def kill(self) -> None:
        """Kill it (SIGKILL): it gets no chance to finish anything."""
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Wait until it has ended, and its log has been read.

        Returns:
            Its exit status; negative for a signal.
        """
        if self._process is None or self._reading is None:
            raise RuntimeError("the bot has not been started")
        status = await self._process.wait()
        await self._reading
        return status

    async def _read(self, process: asyncio.subprocess.Process, port: asyncio.Future[int]) -> None:
        if process.stderr is None:
            return
        async for line in process.stderr:
            entry = _entry(line)
            self.log.append(entry)
            if entry.get("event") == "listening" and not port.done():
                port.set_result(int(str(entry["port"])))
        if not port.done():
            port.set_exception(RuntimeError(f"the bot ended before it listened:\n{self._story()}"))

    async def _is_ready(self) -> bool:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as answer:
            return answer.status == HTTPStatus.OK

    def _story(self) -> str:
        return "\n".join(str(entry.get("raw", entry)) for entry in self.log)


def _entry(line: bytes) -> dict[str, object]:
    """A line of the log; a line that is not JSON is under `raw`."""
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    return entry if isinstance(entry, dict) else {"raw": line.decode(errors="replace").rstrip()}
