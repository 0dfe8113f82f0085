"""What stands between Slack and the replicas: requests go to those that say that they are ready."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.slack import SlackStandIn

_EVERY = 1.0  # seconds
_PATIENCE = aiohttp.ClientTimeout(total=1.0)


async def balance(slack: SlackStandIn, processes: Mapping[str, BotProcess]) -> None:
    """Until cancelled. If none is ready, requests go to all, as with most load balancers."""
    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        while True:
            running = [process for process in processes.values() if process.running]
            answers = await asyncio.gather(*(_ready(session, process) for process in running))
            ready = [process for process, yes in zip(running, answers, strict=True) if yes]
            slack.connect_http(*(f"{process.url}/slack/events" for process in ready or running))
            await asyncio.sleep(_EVERY)


async def _ready(session: aiohttp.ClientSession, process: BotProcess) -> bool:
    try:
        async with session.get(f"{process.url}/readyz") as answer:
            return answer.status == HTTPStatus.OK
    except (aiohttp.ClientError, TimeoutError):
        return False
