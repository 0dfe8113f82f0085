"""Socket Mode: the same payloads over a WebSocket that the bot opens, so nothing of it need be reachable from outside.

The client of slack_sdk pings, reconnects and refreshes the connection. Added here: payloads under way are counted, so
that their acknowledgements leave before the connection closes, and the connection is watched.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

_ADDRESS = re.compile(r"wss?://\S+")
_GRACE = 3.0  # seconds for acknowledgements under way: Slack waits no longer

_log = structlog.get_logger(__name__)


class SocketMode:
    """A connection under way."""

    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient, ping_seconds: float) -> None:
        self._handler = _Handler(app, app_token, logger=_logger(), web_client=client, ping_interval=ping_seconds)
        self._client = self._handler.client
        self._tasks: list[asyncio.Future[None]] = [
            asyncio.create_task(self._handler.connect_async(), name="socket mode: connect"),  # type: ignore[no-untyped-call]  # so in Bolt
            asyncio.create_task(self._watch(), name="socket mode: watch"),
        ]
        self._stopped = False

    async def connected(self) -> bool:
        """Whether payloads can arrive: a check for `/readyz`."""
        return await self._client.is_connected()

    async def stop(self) -> None:
        """Take no more payloads, and acknowledge those under way; harmless when repeated."""
        if self._stopped:
            return
        self._stopped = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._client.auto_reconnect_enabled = False
        await self._handler.finish(_GRACE)
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # so in Bolt

    async def _watch(self) -> None:
        """Log the connection's coming and going, and keep slack_sdk from trying one address for ever.

        An address from apps.connections.open works once and briefly, but `connect` asks for a new one only where it
        has none: https://docs.slack.dev/apis/events-api/using-socket-mode/
        """
        before = False
        while True:
            now = await self.connected()
            if now and not before:
                _log.info("Socket Mode is connected")
            elif before and not now:
                _log.warning("Socket Mode has lost its connection, and reconnects")
            if not now:
                self._client.wss_uri = None
            before = now
            await asyncio.sleep(min(1, self._client.ping_interval / 2))


@asynccontextmanager
async def serve_socket_mode(
    app: AsyncApp, app_token: str, client: AsyncWebClient, *, ping_seconds: float = 10
) -> AsyncIterator[SocketMode]:
    """Take payloads over Socket Mode until the end of the context, or until `stop`.

    Returns at once: `SocketMode.connected` says when the connection stands.

    Args:
        app: see `bot.slack.transport.bolt`.
        app_token: the xapp token.
        client: the Web API that is asked for the WebSocket's address.
        ping_seconds: how often the connection is tried, and how long it is waited before connecting again.
    """
    socket_mode = SocketMode(app, app_token, client, ping_seconds)
    try:
        yield socket_mode
    finally:
        await socket_mode.stop()


class _Handler(AsyncSocketModeHandler):
    """Bolt's handler, which also knows what is under way."""

    client: SocketModeClient

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        logger: logging.Logger,
        web_client: AsyncWebClient,
        ping_interval: float,
    ) -> None:
        super().__init__(app, app_token, logger=logger, web_client=web_client, ping_interval=ping_interval)
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # as Bolt does
        self._under_way += 1
        self._idle.clear()
        try:
            await super().handle(client, req)
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
            _log.warning("payloads were not acknowledged before the end", count=self._under_way)


def _logger() -> logging.Logger:
    logger = logging.getLogger("slack_sdk.socket_mode")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_without_ticket)
    return logger


def _without_ticket(record: logging.LogRecord) -> bool:
    """Take the WebSocket's address from what slack_sdk logs of a failure: its ticket opens a connection as the bot."""
    record.msg, record.args = _ADDRESS.sub("wss://…", record.getMessage()), ()
    record.exc_info = None
    return True
