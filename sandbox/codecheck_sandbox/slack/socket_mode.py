"""Payloads over Socket Mode: the app opens WebSockets and acknowledges envelopes.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import itertools
import json
import secrets
from typing import Literal

from aiohttp import WSMsgType, web

from codecheck_sandbox.slack.delivery import Acknowledgement, NotAcknowledgedError, PayloadKind, Retry
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.wire import Exchange, Wire, named

MOST_CONNECTIONS = 10

DisconnectReason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


class SocketMode:
    """The app's connections. Each envelope goes to one of them, in turn.

    Args:
        app_id: named in the greeting.
        ack_seconds: how long the app has to acknowledge an envelope.
        wire: records each exchange.
    """

    def __init__(self, app_id: str, ack_seconds: float, wire: Wire) -> None:
        self._app_id = app_id
        self._ack_seconds = ack_seconds
        self._wire = wire
        self._tickets = set[str]()
        self._open: list[web.WebSocketResponse] = []
        self._retiring = set[web.WebSocketResponse]()
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[Payload | str | None]] = {}
        self._connected = asyncio.Event()
        self._silent = set[web.WebSocketResponse]()
        self._transports: dict[web.WebSocketResponse, asyncio.Transport] = {}

    @property
    def connections(self) -> int:
        """How many connections accept envelopes and answer."""
        return len([socket for socket in self._open if socket not in self._silent])

    async def connected(self) -> None:
        """Wait until the app has a connection."""
        await self._connected.wait()

    def new_ticket(self) -> str:
        """Let the app open one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection, until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await self._send_disconnect(socket, "too_many_websockets")
            await socket.close()
            return socket
        self._open.append(socket)
        if request.transport is not None:
            self._transports[socket] = request.transport
        self._connected.set()
        try:
            await socket.send_json(
                {
                    "type": "hello",
                    "num_connections": len(self._open),
                    "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
                    "connection_info": {"app_id": self._app_id},
                }
            )
            async for message in socket:
                if socket in self._silent:
                    continue
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    self._read(message.data)
        except ConnectionError:  # it died just before it was answered
            pass
        finally:
            self._forget(socket)
            self._silent.discard(socket)
            del self._transports[socket]
        return socket

    async def refresh(self) -> None:
        """Ask the app to reconnect, as Slack does every few hours; the old connections get no more envelopes."""
        for socket in tuple(self._open):
            self._forget(socket)
            self._retiring.add(socket)
            await self._send_disconnect(socket, "refresh_requested")

    def cut(self) -> None:
        """Drop every connection without a close frame: the app notices when it next reads or writes."""
        for socket in tuple(self._open):
            self._forget(socket)
            self._transports[socket].abort()

    def go_silent(self) -> None:
        """Drop every connection silently: it stays open, but no ping is answered and no envelope arrives.

        Slack does not notice either, and sends payloads to it until the app closes it.
        """
        self._silent.update(self._open)
        self._connected.clear()

    async def close(self) -> None:
        """Close every connection, as when Slack goes away."""
        sockets = [*self._open, *self._retiring]
        for socket in sockets:
            self._forget(socket)
        self._retiring.clear()
        await asyncio.gather(*(socket.close() for socket in sockets))

    async def deliver(
        self, kind: PayloadKind, payload: Payload, *, at: int, retry: Retry | None = None
    ) -> Acknowledgement:
        """Send one envelope and wait for its acknowledgement. See `Delivery`; nothing is signed here."""
        del at
        if not self._open:
            raise NotAcknowledgedError("dispatch_failed")
        socket = self._open[next(self._turn) % len(self._open)]
        envelope_id = secrets.token_hex(16)
        envelope: Payload = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry.number if retry else 0, "retry_reason": retry.reason if retry else ""}
        acknowledged: asyncio.Future[Payload | str | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = acknowledged
        answer = "no acknowledgement"
        try:
            if socket not in self._silent:
                await socket.send_json(envelope)
            async with asyncio.timeout(self._ack_seconds):
                body = await acknowledged
            answer = json.dumps(body)
            return Acknowledgement(body)
        except TimeoutError:
            raise NotAcknowledgedError("operation_timeout") from None
        except ConnectionError as error:
            raise NotAcknowledgedError("dispatch_failed") from error
        finally:
            del self._waiting[envelope_id]
            self._wire.record(
                Exchange(
                    to="bot",
                    what=named(kind, payload),
                    address="socket",
                    headers={},
                    sent=json.dumps(envelope),
                    status=0,
                    received=answer,
                )
            )

    def _read(self, text: str) -> None:
        """Accept an acknowledgement; like Slack, ignore other messages and late acknowledgements."""
        try:
            message: object = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        waiting = self._waiting.get(str(message.get("envelope_id")))
        if waiting is None or waiting.done():
            return
        payload = message.get("payload")
        if isinstance(payload, dict):
            waiting.set_result(payload or None)
        else:
            waiting.set_result(payload if isinstance(payload, str) else None)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self._retiring.discard(socket)
        if socket in self._open:
            self._open.remove(socket)
        if not self.connections:
            self._connected.clear()

    @staticmethod
    async def _send_disconnect(socket: web.WebSocketResponse, reason: DisconnectReason) -> None:
        await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
