"""Bolt and nothing else: a command that is acknowledged, on Bolt's own server."""

import asyncio
import json
import os
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

app = AsyncApp(
    client=AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
)


@app.command("/codecheck")
async def command(ack: AsyncAck) -> None:
    """Acknowledge it."""
    await ack()


async def main() -> None:
    """Serve."""
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stderr.write(json.dumps({"event": "listening", "port": runner.addresses[0][1]}) + "\n")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
