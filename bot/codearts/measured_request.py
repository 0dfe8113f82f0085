"""Times one request to CodeArts Check or IAM, by how it ended."""

import asyncio
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Protocol, TypeVar

import aiohttp
from yarl import URL

from bot.observability.metrics import CODEARTS
from bot.observability.spans import Kind, Timed


class _Answer(Protocol):
    @property
    def status(self) -> int: ...


_AnyAnswer = TypeVar("_AnyAnswer", bound=_Answer)


async def measured_request(method: str, url: URL, exchange: Awaitable[_AnyAnswer]) -> _AnyAnswer:
    """Measure the time from sending a request to the end of its answer, and pass on what comes of it.

    Args:
        method: the HTTP method.
        url: where it goes. A trace does not hold its query: a search has a name in it.
        exchange: sends it.
    """
    with Timed(method, Kind.CLIENT, CODEARTS, (method,)) as call:
        if call.traced:
            call.note(
                {
                    "http.request.method": method,
                    "url.full": str(url.with_query(None)),
                    "server.address": url.host or "",
                    "server.port": url.port or 0,
                }
            )
        call.result = "cut_off"
        try:
            answer = await exchange
        except (aiohttp.ClientError, OSError) as error:  # asyncio's time-outs are OSErrors too
            call.result = _failure(error)
            raise
        except asyncio.CancelledError:
            raise
        except Exception:
            call.result = "not_sent"  # stopped just before it left
            raise
        call.result = "throttled" if answer.status == HTTPStatus.TOO_MANY_REQUESTS else f"{answer.status // 100}xx"
        call.note({"http.response.status_code": answer.status})
        if answer.status >= HTTPStatus.BAD_REQUEST:
            call.error = str(answer.status)
    return answer


def _failure(error: Exception) -> str:
    match error:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError() | aiohttp.ClientHttpProxyError():
            return "not_connected"
        case TimeoutError():
            return "timeout"
    return "broken"
