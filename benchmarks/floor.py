"""The floor: a server that checks Slack's signature and does nothing more."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from slack_sdk.signature import SignatureVerifier


@asynccontextmanager
async def serve_floor(signing_secret: str) -> AsyncIterator[str]:
    """Serve it with aiohttp in this event loop, as the bot is served. Yields its URL."""
    verifier = SignatureVerifier(signing_secret)

    async def answer(request: web.BaseRequest) -> web.Response:
        signed = verifier.is_valid_request(await request.read(), dict(request.headers))
        return web.Response(status=200 if signed else 401)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()
