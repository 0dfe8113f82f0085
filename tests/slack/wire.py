"""A Slack that answers as it is told and writes down what it was asked: the Web API, response_urls, a socket."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the API method, `response:{name}` or `socket`, and its JSON body."""

    method: str
    body: Json


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: a status, a body (a dict goes out as JSON) and headers; status 0 drops the connection."""

    body: Json | str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def refused(error: str) -> Answer:
    """Slack's no: HTTP 200 with an error in it."""
    return Answer({"ok": False, "error": error})


class SlackWire:
    """See the module."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[Call] = []
        self.arrived = asyncio.Condition()
        self.sockets: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self.from_socket: asyncio.Queue[Json] = asyncio.Queue()
        self._answers: dict[str, deque[Answer]] = defaultdict(deque)

    @property
    def api_url(self) -> str:
        """What SLACK_API_URL would be."""
        return f"{self.url}/api/"

    def response_url(self, name: str = "1") -> str:
        """A response_url; its calls are noted as `response:{name}`."""
        return f"{self.url}/response/{name}"

    def answer(self, method: str, *answers: Answer) -> None:
        """Answer the next calls of `method` so, then as usual again."""
        self._answers[method].extend(answers)

    def methods(self) -> list[str]:
        """What was called, in order."""
        return [call.method for call in self.calls]

    async def wait_for(self, method: str, count: int = 1) -> list[Call]:
        """The calls of `method`, once there are `count` of them."""
        async with asyncio.timeout(20), self.arrived:
            await self.arrived.wait_for(lambda: self.methods().count(method) >= count)
        return [call for call in self.calls if call.method == method]

    async def _note(self, request: web.Request, method: str, body: Json) -> web.Response | None:
        async with self.arrived:
            self.calls.append(Call(method, body))
            self.arrived.notify_all()
        if not self._answers[method]:
            return None
        answer = self._answers[method].popleft()
        if not answer.status and request.transport is not None:
            request.transport.close()
        if isinstance(answer.body, dict):
            return web.json_response(answer.body, status=answer.status, headers=answer.headers)
        return web.Response(text=answer.body, status=answer.status, headers=answer.headers)

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        raw = await request.text()
        body: Json = json.loads(raw) if raw.startswith("{") else {**request.query, **await request.post()}
        told = await self._note(request, method, body)
        if told is not None:
            return told
        match method:
            case "auth.test":
                return web.json_response(
                    {
                        "ok": True,
                        "url": "https://acme.slack.com/",
                        "team": "Acme",
                        "team_id": "T1",
                        "user_id": "UBOT",
                        "bot_id": "B1",
                    }
                )
            case "apps.connections.open":
                return web.json_response({"ok": True, "url": f"{self.url.replace('http', 'ws')}/socket?ticket=secret"})
            case "users.info":
                return web.json_response({"ok": True, "user": {"id": body["user"], "team_id": "T1"}})
            case _:
                channel = str(body["channel"]).replace("U", "D", 1)
                return web.json_response({"ok": True, "channel": channel, "ts": f"1790000001.{len(self.calls):06}"})

    async def _response(self, request: web.Request) -> web.Response:
        told = await self._note(request, f"response:{request.match_info['name']}", await request.json())
        return told or web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        told = await self._note(request, "socket", {})
        if told is not None:
            return told
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self.sockets.put(socket)
        await socket.send_json({"type": "hello"})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self.from_socket.put(json.loads(message.data))
        return socket

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["SlackWire"]:
        """Serve on a free port of 127.0.0.1."""
        app = web.Application()
        app.add_routes(
            [
                web.route("*", "/api/{method}", self._api),  # slack_sdk reads by GET
                web.post("/response/{name}", self._response),
                web.get("/socket", self._socket),
            ]
        )
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()
