"""The health endpoints."""

import asyncio

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.observability.health import READY, Probe, Readiness, State
from bot.slack.transport.http import HttpApp, serve_http


async def get(readiness: Readiness, path: str, method: str = "GET") -> tuple[int, str]:
    """Status and text of a request."""
    async with (
        serve_http(HttpApp(readiness), "127.0.0.1", 0) as server,
        aiohttp.ClientSession() as session,
        session.request(method, f"http://127.0.0.1:{server.port}{path}") as answer,
    ):
        return answer.status, await answer.text()


async def yes() -> State:
    """A probe that is ready."""
    return READY


async def no() -> State:
    """A probe that is not, and says why."""
    return State(ready=False, reason="it is a replica")


async def silent() -> State:
    """A probe that is not, and does not say why."""
    return State(ready=False)


async def broken() -> State:
    """A probe that fails, with a secret in its error."""
    raise ConnectionError("redis://:secret@host refused")


async def hanging() -> State:
    """A probe that never answers."""
    await asyncio.Event().wait()
    return READY


async def test_healthz_asks_nothing() -> None:
    """The process is alive, whatever else is not."""
    assert await get(Readiness({"redis": broken}), "/healthz") == (200, "ok")


async def test_ready() -> None:
    """If every probe says yes, the bot is ready, and each probe is named."""
    assert await get(Readiness({"redis": yes, "slack": yes}), "/readyz") == (
        200,
        '{"ready": true, "checks": {"redis": "ok", "slack": "ok"}}',
    )


@pytest.mark.parametrize(
    ("probe", "reason"),
    [
        (no, "it is a replica"),
        (silent, "not ready"),
        (broken, "failed: ConnectionError"),
        (hanging, "no answer within 0.05 s"),
    ],
)
async def test_not_ready(probe: Probe, reason: str) -> None:
    """One probe that says no, fails or hangs makes the bot unready; an error's text stays out of the answer."""
    readiness = Readiness({"redis": probe, "slack": yes}, patience=0.05)

    assert await get(readiness, "/readyz") == (
        503,
        f'{{"ready": false, "checks": {{"redis": "{reason}", "slack": "ok"}}}}',
    )


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_head(path: str) -> None:
    """HEAD answers as GET does, without a body."""
    assert await get(Readiness(), path, "HEAD") == (200, "")


async def test_unknown_path() -> None:
    """What is not there is a 404."""
    assert (await get(Readiness(), "/healthz/more"))[0] == 404


async def test_answers_are_kept() -> None:
    """Many requests at once, and those soon after, ask the probe once."""
    asked = 0

    async def counted() -> State:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return READY

    readiness = Readiness({"slack": counted}, keep=3_600)
    await asyncio.gather(*(readiness.states() for _ in range(10)))
    await readiness.states()

    assert asked == 1


async def test_answers_grow_old() -> None:
    """Once its answer is old, a probe is asked again."""
    answers = iter([READY, State(ready=False)])

    async def changing() -> State:
        return next(answers)

    readiness = Readiness({"slack": changing}, keep=0)

    assert [await readiness.states(), await readiness.states()] == [{"slack": READY}, {"slack": State(ready=False)}]


async def test_a_recovery_shows_sooner() -> None:
    """That something is not ready is kept for a shorter time than that it is."""
    answers = iter([State(ready=False), READY])

    async def changing() -> State:
        return next(answers)

    readiness = Readiness({"slack": changing}, keep=3_600, keep_not_ready=0)
    await readiness.states()

    assert await readiness.states() == {"slack": READY}


async def test_another_probe_counts_at_once() -> None:
    """A probe that takes another's name is asked at once."""
    readiness = Readiness({"slack": no}, keep=3_600, keep_not_ready=3_600)
    await readiness.states()
    readiness.watch("slack", yes)

    assert await readiness.states() == {"slack": READY}


async def test_until_ready() -> None:
    """It waits for the last probe that is not ready."""
    answers = iter([State(ready=False), State(ready=False), READY])

    async def changing() -> State:
        return next(answers)

    async with asyncio.timeout(10):
        await Readiness({"slack": changing, "redis": yes}, keep_not_ready=0).until_ready()

    assert next(answers, None) is None


async def test_changes_are_logged_once() -> None:
    """That a part is not ready, with its reason, and that it is again: one line for each change."""
    answers = iter([READY, State(ready=False, reason="gone"), State(ready=False, reason="gone"), READY, READY])

    async def changing() -> State:
        return next(answers)

    readiness = Readiness({"slack": changing}, keep=0, keep_not_ready=0)
    with capture_logs() as logs:
        for _ in range(5):
            await readiness.states()

    assert [(log["event"], log["probe"], log.get("reason")) for log in logs] == [
        ("not ready", "slack", "gone"),
        ("ready again", "slack", None),
    ]
