"""httpx's client, which times each request that it sends, including those of the sign-in."""

import asyncio
from http import HTTPStatus
from typing import Any

import httpx

from bot.observability.metrics import CODEARTS
from bot.observability.spans import Kind, Timed, Value


class MeasuredClient(httpx.AsyncClient):
    """Measures the time from sending a request to receiving its response headers, by how it ended."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request; see httpx."""
        with Timed(request.method, Kind.CLIENT, CODEARTS, (request.method,)) as call:
            if call.traced:
                call.note(_described(request))
            call.result = "cut_off"
            try:
                response = await super().send(request, **options)
            except httpx.HTTPError as error:
                call.result = _failure(error)
                raise
            except asyncio.CancelledError:
                raise
            except Exception:
                call.result = "not_sent"  # stopped just before it left, or it could not be signed
                raise
            call.result = _result(response.status_code)
            call.note({"http.response.status_code": response.status_code})
            if response.status_code >= HTTPStatus.BAD_REQUEST:
                call.error = str(response.status_code)
        return response


def _described(request: httpx.Request) -> dict[str, Value]:
    """OpenTelemetry's attributes of a request. The query is left out: a search has a name in it."""
    url = request.url
    return {
        "http.request.method": request.method,
        "url.full": str(url.copy_with(query=None)),
        "server.address": url.host,
        "server.port": url.port or (443 if url.scheme == "https" else 80),
    }


def _result(status: int) -> str:
    return "throttled" if status == HTTPStatus.TOO_MANY_REQUESTS else f"{status // 100}xx"


def _failure(error: httpx.HTTPError) -> str:
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError() | httpx.PoolTimeout():
            return "not_connected"
        case httpx.TimeoutException():
            return "timeout"
    return "broken"
