"""The floor: an ASGI app that checks Slack's signature and does nothing more."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import uvicorn
from slack_sdk.signature import SignatureVerifier
from starlette.types import Message, Receive, Scope, Send


@asynccontextmanager
async def serve_floor(signing_secret: str) -> AsyncIterator[str]:
    """Serve it under uvicorn in this event loop, as the bot is served. Gives its URL."""
    verifier = SignatureVerifier(signing_secret)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        message: Message = await receive()
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        signed = verifier.is_valid_request(message["body"], headers)
        await send({"type": "http.response.start", "status": 200 if signed else 401, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, access_log=False, server_header=False)
    server = _Server(config)
    async with anyio.create_task_group() as serving:
        serving.start_soon(server.serve, [listening])
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events"
        server.should_exit = True


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the benchmark."""
        yield
