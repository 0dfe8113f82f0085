"""Socket Mode: the same payloads over a WebSocket that the bot opens, so the bot need not be reachable from outside.

Payloads under way are counted, so that they are acknowledged before the connection closes. A watchdog notices within
seconds that a connection is dead (closed, silent or half-open), reports it in the log and to `/readyz`, and opens a new
one at once.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.observability.health import READY, State
from bot.slack.transport.proxy import ProxyFor, directly
from bot.slack.transport.sign_in import socket_address
from bot.slack.transport.socket_client import SocketClient

PING_SECONDS = 4  # see `SocketClient`
_LOOK_SECONDS = 0.5  # how often the watchdog looks
_CONNECT_SECONDS = 10  # for an attempt to connect
_GRACE = 3.0  # seconds for acknowledgements under way: Slack waits no longer

_log = structlog.get_logger(__name__)


class SocketMode:
    """A running connection."""

    def __init__(self, app: AsyncApp, client: SocketClient) -> None:
        self._payloads = _Payloads(app)
        self._client = client
        self._client.socket_mode_request_listeners.append(self._payloads.handle)
        self._down_since: float | None = time.monotonic()
        self._was_up = False
        self._stopped = False
        self._watchdog = asyncio.create_task(self._watch(), name="socket mode: watchdog")

    async def state(self) -> State:
        """A probe for `/readyz`: whether payloads can arrive."""
        if await self._client.is_connected():
            return READY
        seconds = 0 if self._down_since is None else round(time.monotonic() - self._down_since)
        return State(ready=False, reason=f"no Socket Mode connection for {seconds} s")

    async def stop(self) -> None:
        """Accept no more payloads, and acknowledge those under way. Harmless when repeated."""
        if self._stopped:
            return
        self._stopped = True
        self._watchdog.cancel()
        await asyncio.gather(self._watchdog, return_exceptions=True)
        await self._payloads.finish(_GRACE)
        await self._client.close()

    async def _watch(self) -> None:
        while True:
            if await self._client.is_connected():
                self._note_up()
            else:
                self._note_down()
                self._client.wanted.set()
            if self._client.wanted.is_set():
                await self._connect()
                continue
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._client.wanted.wait()
            except TimeoutError:
                pass

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._client.connect()  # type: ignore[no-untyped-call]  # so in slack_sdk; it tries until it is connected
        except TimeoutError:
            return
        self._client.wanted.clear()

    def _note_up(self) -> None:
        if self._down_since is not None:
            down = {"down_seconds": round(time.monotonic() - self._down_since, 1)} if self._was_up else {}
            _log.info("socket mode connected", **down)
        self._down_since, self._was_up = None, True

    def _note_down(self) -> None:
        if self._down_since is None:
            self._down_since = time.monotonic()
            _log.warning("socket mode disconnected, reconnecting")


@asynccontextmanager
async def serve_socket_mode(
    app: AsyncApp,
    app_token: str,
    client: AsyncWebClient,
    *,
    proxy_for: ProxyFor = directly,
    ping_seconds: float = PING_SECONDS,
) -> AsyncIterator[SocketMode]:
    """Receive payloads over Socket Mode until the end of the context, or until `stop`.

    The context begins once Slack has accepted the app token. `SocketMode.state` says whether the connection is open.

    Args:
        app: see `bot.slack.transport.bolt`.
        app_token: the xapp token.
        client: the Web API that is asked for the WebSocket's address.
        proxy_for: which proxy to use for the WebSocket.
        ping_seconds: how soon a silent connection is tried.

    Raises:
        SignInError: Slack refuses the app token.
    """
    address = await socket_address(client, app_token)
    socket_mode = SocketMode(app, SocketClient(app_token, client, address, proxy_for, ping_seconds))
    try:
        yield socket_mode
    finally:
        await socket_mode.stop()


class _Payloads:
    """Passes payloads to Bolt, and counts those under way."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self._under_way += 1
        self._idle.clear()
        try:
            answer = await run_async_bolt_app(self._app, request)
            await send_async_response(client, request, answer, start_time=time.monotonic())
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def finish(self, seconds: float) -> None:
        """Wait, at most `seconds`, until nothing is under way."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            _log.warning("payloads not acknowledged before the end", count=self._under_way)
