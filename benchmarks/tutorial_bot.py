"""The bot that people write from Bolt's tutorial: the default AsyncApp, whose clients connect for each call.

It sends what the bot sends: Slack through the client that Bolt passes, the service through a new httpx client for each
call, Redis through one client. It remembers the deletions under way in a dictionary.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web
from redis.asyncio import Redis
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.floor.signing import signed_headers
from benchmarks.steps import COMMAND, Step, Values, read
from bot.store.transaction import SCRIPT

RECORDING = read(Path(os.environ["RECORDING"]))
KEYS = f"{os.environ['CODECHECK_REDIS_PREFIX']}:{{deletions}}"

app = AsyncApp(
    client=AsyncWebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ["SLACK_SIGNING_SECRET"],
)
redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
deletions: dict[str, Values] = {}


@app.command("/codecheck")
async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
    """Ask for a deletion."""
    values = Values(KEYS, body["text"].split()[1], body["user_id"])
    deletions[values.deletion] = values
    await send(RECORDING[COMMAND].before, values, client)
    await ack()
    await send(RECORDING[COMMAND].after, values, client)


@app.action("deletion.review")
@app.action("deletion.confirm")
async def click(ack: AsyncAck, action: dict[str, Any], client: AsyncWebClient) -> None:
    """Confirm it."""
    turn, values = RECORDING[action["action_id"]], deletions[action["value"]]
    await send(turn.before, values, client)
    await ack()
    await send(turn.after, values, client)


async def send(steps: tuple[Step, ...], values: Values, client: AsyncWebClient) -> None:
    """Make the calls, one after the other."""
    for step in steps:
        match step.to:
            case "redis":
                for pieces in step.commands:
                    await redis.execute_command(*map(values.into, pieces))
            case "slack" if step.body:
                answer = await client.api_call(step.what, json=json.loads(values.into(step.body)))
                values.ts = values.ts or answer.get("ts", "")
            case "slack":
                await client.users_info(user=values.user)
            case "codearts":
                url = os.environ["CODEARTS_ENDPOINT"] + values.into(step.path)
                async with httpx.AsyncClient() as service:
                    found = await service.request(step.what, url, headers=signed_headers(step.what, url))
                found.raise_for_status().json()


async def main() -> None:
    """Serve with Bolt's own server."""
    await redis.script_load(SCRIPT)
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stderr.write(json.dumps({"event": "listening", "port": runner.addresses[0][1]}) + "\n")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
