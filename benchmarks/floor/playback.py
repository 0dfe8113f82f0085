"""Plays a recording back with the libraries that the bot uses, and nothing between them and the wire."""

import asyncio
import json
import os
from collections.abc import Sequence

import aiohttp
from redis.asyncio import Redis

from benchmarks.floor.signing import signed_headers
from benchmarks.steps import Recording, Step, Values
from bot.store.transaction import SCRIPT

_AT_ONCE = ("/v2/tasks/", "/tasks/")  # the second part of a look-up: the bot sends these requests at the same time


class Playback:
    """Sends steps over clients that are opened once.

    Args:
        recording: the steps.
        session: for Slack and the service.
        redis: a client for Redis.
    """

    def __init__(self, recording: Recording, session: aiohttp.ClientSession, redis: Redis) -> None:
        self.recording = recording
        self._session = session
        self._redis = redis
        self._api = os.environ["SLACK_API_URL"]
        self._service = os.environ["CODEARTS_ENDPOINT"]
        self._headers = {
            "Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}",
            "Content-Type": "application/json;charset=utf-8",
        }

    async def load_script(self) -> None:
        """Once, as the bot does when Redis does not know its script."""
        await self._redis.script_load(SCRIPT)

    async def play(self, steps: Sequence[Step], values: Values) -> None:
        """Send steps in order; those of a look-up's second part at once."""
        at = 0
        while at < len(steps):
            end = at + 1
            while end < len(steps) and _second_part(steps[at]) and _second_part(steps[end]):
                end += 1
            await asyncio.gather(*(self._send(step, values) for step in steps[at:end]))
            at = end

    async def _send(self, step: Step, values: Values) -> None:
        match step.to:
            case "redis":
                await self._to_redis(step, values)
            case "slack":
                await self._to_slack(step, values)
            case "codearts":
                await self._to_service(step, values)

    async def _to_redis(self, step: Step, values: Values) -> None:
        if len(step.commands) == 1:
            await self._redis.execute_command(*map(values.into, step.commands[0]))
            return
        pipeline = self._redis.pipeline(transaction=False)
        for command in step.commands:
            pipeline.execute_command(*map(values.into, command))
        await pipeline.execute()

    async def _to_service(self, step: Step, values: Values) -> None:
        url = self._service + values.into(step.path)
        async with self._session.request(step.what, url, headers=signed_headers(step.what, url)) as answer:
            answer.raise_for_status()
            json.loads(await answer.read())

    async def _to_slack(self, step: Step, values: Values) -> None:
        url = f"{self._api}{step.what}?{values.into(step.path)}" if step.path else f"{self._api}{step.what}"
        body = values.into(step.body).encode()
        async with self._session.post(url, data=body, headers=self._headers) as answer:
            said = await answer.json()
        if not said["ok"]:
            raise RuntimeError(f"{step.what}: {said['error']}")
        if step.what == "chat.postMessage" and not values.ts:
            values.ts = said["ts"]


def _second_part(step: Step) -> bool:
    return step.what == "GET" and any(part in step.path for part in _AT_ONCE)
