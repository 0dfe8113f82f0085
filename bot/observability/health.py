"""`/healthz`: the process turns. `/readyz`: it can do its work, by checks whose answers are kept for a few seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

Check = Callable[[], Awaitable[bool]]  # True where ready; an exception counts as not ready

_log = structlog.get_logger(__name__)


class Readiness:
    """Whether every check says yes.

    Args:
        checks: by the name that `/readyz` shows.
        keep: seconds for which an answer is kept, so that probes do not load what they probe.
        patience: seconds after which a check counts as not ready.
    """

    def __init__(self, checks: Mapping[str, Check], *, keep: float = 5, patience: float = 2) -> None:
        self._checks = dict(checks)
        self._keep = keep
        self._patience = patience
        self._asking = asyncio.Lock()
        self._answers: dict[str, bool] = {}
        self._until = 0.0

    async def answers(self) -> dict[str, bool]:
        """Each check's answer."""
        async with self._asking:  # many probes at once ask once
            if time.monotonic() >= self._until:
                self._answers = dict(zip(self._checks, await self._ask_all(), strict=True))
                self._until = time.monotonic() + self._keep
            return dict(self._answers)

    async def _ask_all(self) -> list[bool]:
        return await asyncio.gather(*(self._ask(name, check) for name, check in self._checks.items()))

    async def _ask(self, name: str, check: Check) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                return await check()
        except Exception as error:  # noqa: BLE001  whatever a check raises, the answer is no
            _log.warning("a readiness check failed", check=name, why=type(error).__name__)
            return False


def health_routes(readiness: Readiness) -> list[Route]:
    """The routes of both endpoints; both answer GET and HEAD."""

    async def healthz(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def readyz(_: Request) -> JSONResponse:
        answers = await readiness.answers()
        ready = all(answers.values())
        checks = {name: "ok" if answer else "failing" for name, answer in answers.items()}
        return JSONResponse({"ready": ready, "checks": checks}, status_code=200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
