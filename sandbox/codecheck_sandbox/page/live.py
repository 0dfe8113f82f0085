"""The stream that keeps a page up to date: Server-Sent Events, `state` at each change, `wire` for new entries."""

import asyncio
import json

from aiohttp import web

from codecheck_sandbox.page.snapshot import snapshot
from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.slack import Person

_LOOK_SECONDS = 0.5  # for changes without a notification: a process that ends, a task that goes after a while


class Live:
    """Every page that is open.

    Args:
        stage: what they show.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        stage.world.slack.workspace.subscribe(lambda _: self.wake())
        stage.wire.subscribe(self.wake)

    def wake(self) -> None:
        """Tell every page to refresh."""
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()
        self.wake()

    async def stream(self, request: web.Request, person: Person) -> web.StreamResponse:
        """Send one page what its person sees, until the page is closed."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        shown, number = "", 0
        try:
            while not self._closing.is_set():
                changed = self._changed
                state = json.dumps(snapshot(self._stage, person))
                if state != shown:
                    shown = state
                    await _send(response, "state", state)
                if entries := self._stage.wire.after(number):
                    number = int(str(entries[-1]["number"]))
                    await _send(response, "wire", json.dumps(entries))
                await _wait(changed)
        except ConnectionResetError:
            pass  # the page has been closed
        return response


async def _send(response: web.StreamResponse, event: str, data: str) -> None:
    await response.write(f"event: {event}\ndata: {data}\n\n".encode())


async def _wait(changed: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_LOOK_SECONDS):
            await changed.wait()
    except TimeoutError:
        pass
