"""A service on loopback that answers as it is told, however odd: for answers that no stand-in should have to know."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Say:
    """One answer.

    Args:
        body: an object for JSON, or bytes as they go out.
        http: the HTTP status.
        after: seconds to wait first.
        headers: more headers.
    """

    body: object = field(default_factory=dict)
    http: int = 200
    after: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_THERE = Say({"error_code": "APIGW.0101", "error_msg": "no such API"}, 404)


class OddService:
    """Serves while its `async with` block lasts.

    Args:
        answers: a pattern of `METHOD /path?query` -> the answer; the first that matches counts. Several answers are
            given one after the other, and the last of them from then on.
    """

    def __init__(self, answers: Mapping[str, Say | list[Say]]) -> None:
        self.requests: list[str] = []
        self._answers = {pattern: said if isinstance(said, list) else [said] for pattern, said in answers.items()}
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        line = f"{request.method} {request.path_qs}"
        self.requests.append(line)
        said = next((said for pattern, said in self._answers.items() if re.search(pattern, line)), [NOT_THERE])
        answer = said.pop(0) if len(said) > 1 else said[0]
        await asyncio.sleep(answer.after)
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        return web.Response(status=answer.http, body=body, headers=dict(answer.headers))
