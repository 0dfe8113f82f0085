"""httpx's client, with metrics for each request that it sends, including those of the sign-in."""

import asyncio
import time
from http import HTTPStatus
from typing import Any

import httpx

from bot.observability.metrics import CODEARTS


class MeasuredClient(httpx.AsyncClient):
    """Measures the time from sending a request to receiving its response headers, by how it ended."""

    async def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        """Send a request; see httpx."""
        began, result = time.monotonic(), "cut_off"
        try:
            response = await super().send(request, **options)
            result = _result(response.status_code)
        except httpx.HTTPError as error:
            result = _failure(error)
            raise
        except asyncio.CancelledError:
            raise
        except Exception:
            result = "not_sent"  # stopped just before it left, or it could not be signed
            raise
        finally:
            CODEARTS.labels(request.method, result).observe(time.monotonic() - began)
        return response


def _result(status: int) -> str:
    return "throttled" if status == HTTPStatus.TOO_MANY_REQUESTS else f"{status // 100}xx"


def _failure(error: httpx.HTTPError) -> str:
    match error:
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.ProxyError() | httpx.PoolTimeout():
            return "not_connected"
        case httpx.TimeoutException():
            return "timeout"
    return "broken"
