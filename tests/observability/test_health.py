"""The health endpoints."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from bot.observability.health import Readiness
from bot.slack.transport.http import health_app, serve_http


async def get(session: aiohttp.ClientSession, readiness: Readiness, path: str) -> tuple[int, str]:
    """Status and text of a GET."""
    async with (
        serve_http(health_app(readiness), "127.0.0.1", 0) as server,
        session.get(f"http://127.0.0.1:{server.port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def yes() -> bool:
    """A check that is ready."""
    return True


async def no() -> bool:
    """A check that is not."""
    return False


async def broken() -> bool:
    """A check that fails, with a secret in its error."""
    raise ConnectionError("redis://:secret@host refused")


async def hanging() -> bool:
    """A check that never answers."""
    await asyncio.Event().wait()
    return True


async def test_healthz_asks_nothing(session: aiohttp.ClientSession) -> None:
    """The process turns, whatever else does not."""
    assert await get(session, Readiness({"redis": broken}), "/healthz") == (200, "ok")


async def test_ready(session: aiohttp.ClientSession) -> None:
    """Where every check says yes, the bot is ready, and each check is named."""
    assert await get(session, Readiness({"redis": yes, "slack": yes}), "/readyz") == (
        200,
        '{"ready":true,"checks":{"redis":"ok","slack":"ok"}}',
    )


@pytest.mark.parametrize("check", [no, broken, hanging])
async def test_not_ready(session: aiohttp.ClientSession, check: Callable[[], Awaitable[bool]]) -> None:
    """One check that says no, fails or hangs makes the bot unready; why stays out of the answer."""
    readiness = Readiness({"redis": check, "slack": yes}, patience=0.05)

    assert await get(session, readiness, "/readyz") == (
        503,
        '{"ready":false,"checks":{"redis":"failing","slack":"ok"}}',
    )


async def test_answers_are_kept() -> None:
    """Many probes at once, and those soon after, ask the check once."""
    asked = 0

    async def counted() -> bool:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return True

    readiness = Readiness({"slack": counted}, keep=3_600)
    await asyncio.gather(*(readiness.answers() for _ in range(10)))
    await readiness.answers()

    assert asked == 1


async def test_answers_grow_old() -> None:
    """Once its answer is old, a check is asked again."""
    asked = iter([True, False])

    async def changing() -> bool:
        return next(asked)

    readiness = Readiness({"slack": changing}, keep=0)

    assert [await readiness.answers(), await readiness.answers()] == [{"slack": True}, {"slack": False}]
