"""The floor as a program: checks Slack's signature, plays back what the bot would send, and does nothing else."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import aiohttp
import uvloop
from aiohttp import web
from redis.asyncio import Redis
from slack_sdk.signature import SignatureVerifier

from benchmarks.floor.playback import Playback
from benchmarks.steps import COMMAND, Values, read


async def main() -> None:
    """Serve until the process is ended."""
    redis = Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
    async with aiohttp.ClientSession() as session:
        playback = Playback(read(Path(os.environ["RECORDING"])), session, redis)
        await playback.load_script()
        runner = web.ServerRunner(web.Server(_Floor(playback).answer, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        sys.stderr.write(json.dumps({"event": "listening", "port": runner.addresses[0][1]}) + "\n")
        await asyncio.Event().wait()


class _Floor:
    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._verifier = SignatureVerifier(os.environ["SLACK_SIGNING_SECRET"])
        self._keys = f"{os.environ['CODECHECK_REDIS_PREFIX']}:{{deletions}}"
        self._prompts: dict[str, Values] = {}  # by the deletion's ID
        self._tasks = set[asyncio.Task[None]]()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """One request."""
        if request.method == "GET":
            return web.Response(text="ok")
        body = await request.read()
        if not self._verifier.is_valid_request(body, dict(request.headers)):
            return web.Response(status=401)
        name, values = self._read(parse_qs(body.decode()))
        turn = self._playback.recording[name]
        await self._playback.play(turn.before, values)
        task = asyncio.create_task(self._playback.play(turn.after, values))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response()

    def _read(self, form: dict[str, list[str]]) -> tuple[str, Values]:
        if "payload" not in form:
            (text,), (user,) = form["text"], form["user_id"]
            values = Values(self._keys, text.split()[1], user)
            self._prompts[values.deletion] = values
            return COMMAND, values
        payload: dict[str, Any] = json.loads(form["payload"][0])
        action = payload["actions"][0]
        return action["action_id"], self._prompts[action["value"]]


if __name__ == "__main__":
    uvloop.run(main())
