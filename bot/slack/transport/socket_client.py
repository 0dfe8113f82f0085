"""slack_sdk's Socket Mode client, with one change: it asks for a new connection, and the watchdog opens it.

Unchanged, four of its tasks open connections, each after a sleep, and reuse an address that works only once.
"""

import asyncio
import logging
import re
import time

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.transport.proxy import ProxyFor
from bot.slack.transport.sign_in import socket_address

_CLOSE_SECONDS = 1.0  # for Slack's side of closing
_REPEAT_SECONDS = 60  # the same failure is logged at most this often
_ADDRESS = re.compile(r"wss?://\S+")


class SocketClient(SocketModeClient):
    """The client.

    Args:
        app_token: the xapp token.
        web: the Web API that is asked for addresses.
        first_address: where the first connection goes.
        proxy_for: which proxy to use for a WebSocket; slack_sdk would read the environment, without `NO_PROXY`.
        ping_seconds: a connection on which nothing comes is pinged after so long, and is dead if no answer comes within
            half of it.
    """

    def __init__(
        self, app_token: str, web: AsyncWebClient, first_address: str, proxy_for: ProxyFor, ping_seconds: float
    ) -> None:
        super().__init__(app_token, logger=_logger(), web_client=web, ping_interval=ping_seconds)
        self.wanted = asyncio.Event()
        self._first_address = first_address
        self._proxy_for = proxy_for

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - so in slack_sdk
        """Ask the watchdog for a new connection: slack_sdk calls this when the old one is lost or to be replaced."""
        self.wanted.set()

    async def issue_new_wss_url(self) -> str:
        """An address to connect to. It is forgotten once it is used.

        Raises:
            SignInError: Slack refuses the app token.
        """
        address, self._first_address = self._first_address, ""
        address = address or await socket_address(self.web_client, self.app_token)
        self.proxy = self._proxy_for(address)
        asyncio.get_running_loop().call_soon(self._forget_address)
        return address

    async def close(self) -> None:
        """Close the connection, within a second even if the other end is dead."""
        self.closed = True
        self.auto_reconnect_enabled = False
        tasks = [task for task in (self.current_session_monitor, self.message_receiver, self.message_processor) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self.disconnect()  # type: ignore[no-untyped-call]  # so in slack_sdk
        except TimeoutError:
            pass  # the session's end cuts it
        await self.aiohttp_client_session.close()

    def _forget_address(self) -> None:
        self.wss_uri = None


def _logger() -> logging.Logger:
    logger = logging.getLogger("slack_sdk.socket_mode")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_without_ticket)
    logger.addFilter(_Repeated().is_news)
    return logger


def _without_ticket(record: logging.LogRecord) -> bool:
    """Remove the WebSocket's address from failures that slack_sdk logs: its ticket opens a connection as the bot."""
    record.msg, record.args = _ADDRESS.sub("wss://…", record.getMessage()), ()
    record.exc_info = None
    return True


class _Repeated:
    """Leaves out what was logged a moment ago: a failure repeats every few seconds."""

    def __init__(self) -> None:
        self._last = ("", 0.0)

    def is_news(self, record: logging.LogRecord) -> bool:
        text, now = record.getMessage(), time.monotonic()
        last, at = self._last
        if text == last and now < at + _REPEAT_SECONDS:
            return False
        self._last = (text, now)
        return True
