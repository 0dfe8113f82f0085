"""Reads a request's body, with limits on size, time and memory."""

import asyncio
from http import HTTPStatus

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

LIMIT = 1_048_576  # bytes; Slack's own payloads stay far below
_SMALL = 65_536  # bytes; smaller bodies are always read, larger ones only a few at once
_LARGE_AT_ONCE = 8
_SECONDS = 5  # for the whole body: Slack itself waits 3 s for the answer


class BodyRefusedError(Exception):
    """The body was not read to its end; the text is for the client.

    Args:
        status: the HTTP status of the answer.
        why: the reason, in a few words.
    """

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


class Bodies:
    """Reads bodies: at most 64 KiB each for as many as there are connections, and eight larger ones.

    Args:
        seconds: how long one may take.
    """

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def read(self, request: web.BaseRequest) -> bytes:
        """The whole body.

        Raises:
            BodyRefusedError: it is too long or too slow, or not HTTP.
            ConnectionError: the client has gone.
        """
        length = request.content_length
        if length is not None and length > LIMIT:
            raise BodyRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {LIMIT} bytes")
        try:
            async with asyncio.timeout(self._seconds):
                if length is not None and length <= _SMALL:
                    return await _read(request)
                async with self._large:  # a body without a length counts as large
                    return await _read(request)
        except TimeoutError:
            raise BodyRefusedError(HTTPStatus.REQUEST_TIMEOUT, f"not here within {self._seconds:g} s") from None
        except (web.RequestPayloadError, HttpProcessingError):  # only from aiohttp's parser in Python
            raise BodyRefusedError(HTTPStatus.BAD_REQUEST, "not HTTP") from None


async def _read(request: web.BaseRequest) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > LIMIT:
                raise BodyRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {LIMIT} bytes")
    except RuntimeError as error:
        if request.transport is not None:
            raise
        raise ConnectionResetError("closed before its body was read") from error  # aiohttp calls that a RuntimeError
    return bytes(body)
