"""`GET /metrics`, in the format that the client asks for: Prometheus' text, or OpenMetrics."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot.observability.health import Readiness
from bot.observability.metrics import BUILD, READY, REGISTRY


class Exposition:
    """Answers `/metrics`.

    Args:
        readiness: asked as `/readyz` asks it, so that its probes can be alerted on.
    """

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._refresh: list[Callable[[], Awaitable[None]]] = []
        BUILD.labels(version("codecheck-bot")).set(1)

    def refresh_by(self, refresh: Callable[[], Awaitable[None]]) -> None:
        """Call `refresh` before each answer: it sets gauges, never raises, and limits itself."""
        self._refresh.append(refresh)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer GET or HEAD."""
        for probe, state in (await self._readiness.states()).items():
            READY.labels(probe).set(state.ready)
        for refresh in self._refresh:
            await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type})
