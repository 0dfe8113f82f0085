"""The server: gateway, IAM and CodeArts Check behind one port of 127.0.0.1."""

import asyncio
import ssl
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from codecheck_sandbox.codearts.accounts import REGION_PROJECT, Account, default_accounts
from codecheck_sandbox.codearts.faults import (
    CUT,
    Answer,
    Delay,
    Fault,
    Hang,
    Refuse,
    canned,
    deletes_after,
    json_answer,
)
from codecheck_sandbox.codearts.service import Call, Service, find_api
from codecheck_sandbox.codearts.signatures import KeyRing, RawRequest, SignatureError
from codecheck_sandbox.codearts.tasks import Deleted, Task, TaskBook, default_tasks
from codecheck_sandbox.codearts.tokens import SignInRefusedError, TokenOffice
from codecheck_sandbox.codearts.wire import Exchange, masked

Method = Literal["DELETE", "GET", "POST"]

_SIGN_IN = "/v3/auth/tokens"


class CodeArtsStandIn:
    """A stand-in CodeArts Check with its gateway and IAM; serves while its `async with` block lasts.

    Args:
        accounts: who may sign in; by default `default_accounts()`.
        tasks: what there is; by default `default_tasks()`.
        port: where to listen on 127.0.0.1; 0 takes a free one.
        tls: serves https where given.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        accounts: Iterable[Account] | None = None,
        tasks: Iterable[Task] | None = None,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        accounts = default_accounts() if accounts is None else list(accounts)
        self.requests: deque[Exchange] = deque(maxlen=1_000)
        self.tokens = TokenOffice(accounts)
        self.service = Service(TaskBook(clock, default_tasks() if tasks is None else tasks))
        self._keys = KeyRing(accounts)
        self._clock = clock
        self._arrived: Counter[str] = Counter()
        self._came: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._faults: dict[Method, deque[Fault]] = defaultdict(deque)
        self._answered = 0
        self._watchers: list[Callable[[Exchange], None]] = []
        self._closing = asyncio.Event()
        self._port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The endpoint of CodeArts Check, and of IAM."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def tasks(self) -> dict[str, Task]:
        """The tasks as they now stand, by ID."""
        return self.service.book.all()

    @property
    def deletions(self) -> list[Deleted]:
        """What has been deleted, in order."""
        return self.service.book.deleted()

    def add_tasks(self, *tasks: Task) -> None:
        """Keep these tasks as well."""
        self.service.book.add(tasks)

    def next_answer(self, *faults: Fault, to: Method = "DELETE") -> None:
        """Answer the next requests by this method so, one after the other (POST: the sign-ins)."""
        self._faults[to].extend(faults)

    def awaited_answers(self, to: Method = "DELETE") -> list[Fault]:
        """What `next_answer` was told and has not come to."""
        return list(self._faults[to])

    @property
    def unanswered(self) -> int:
        """How many requests have come and wait for their answer."""
        return self._arrived.total() - self._answered

    def subscribe(self, watcher: Callable[[Exchange], None]) -> Callable[[], None]:
        """Have a function called with every exchange, at once. Returns a function that ends it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def answer_as_usual(self) -> None:
        """Forget what `next_answer` was told and has not come to."""
        self._faults.clear()

    async def arrival(self, method: Method) -> None:
        """Wait until a request by this method has come, answered or not."""
        await self._came[method].wait()

    def count(self, method: Method) -> int:
        """How many requests by this method have come, answered or not."""
        return self._arrived[method]

    async def __aenter__(self) -> Self:
        """Start to serve."""
        app = web.Application(client_max_size=1 << 20)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._tls).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let go of those that hang, and stop."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        at = self._clock()
        self._arrived[request.method] += 1
        self._came[request.method].set()
        raw = RawRequest(
            request.method,
            request.raw_path,
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
        )
        answer = await (self._sign_in(raw) if raw.path == _SIGN_IN else self._call(raw))
        request_id = uuid.uuid4().hex
        shown = "" if raw.path == _SIGN_IN else answer.body.decode(errors="replace")
        exchange = Exchange(
            at, raw.method, raw.target, masked(raw.headers), answer.http, shown or "(nothing)", request_id
        )
        self.requests.append(exchange)
        self._answered += 1
        for watcher in tuple(self._watchers):
            watcher(exchange)
        if answer == CUT:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return web.Response(
            status=answer.http, body=answer.body, headers=[*answer.headers, ("X-Request-Id", request_id)]
        )

    async def _sign_in(self, raw: RawRequest) -> Answer:
        fault = self._fault("POST")
        if fault is not None and (told := await self._instead(fault)) is not None:
            return told
        try:
            token, body = self.tokens.issue(raw.body, self._clock())
        except SignInRefusedError as refused:
            error: dict[str, object] = {"code": refused.http, "title": refused.title, "message": str(refused)}
            return json_answer(refused.http, {"error": error})
        return json_answer(201, body, ("X-Subject-Token", token))

    async def _call(self, raw: RawRequest) -> Answer:
        call = find_api(raw.method, raw.path, raw.headers.get("operator", ""))
        if call is None:
            return json_answer(*Refuse("APIGW.0101").answer())
        account = self._authenticated(raw)
        if isinstance(account, Refuse):
            return json_answer(*account.answer())
        fault = self._fault("DELETE" if call.method == "DELETE" else "GET")
        if fault is not None and (told := await self._instead(fault, call, account)) is not None:
            return told
        return json_answer(*self.service.answer(call, account))

    def _authenticated(self, raw: RawRequest) -> Account | Refuse:
        """Who sent the request, by token or signature, as the gateway finds out."""
        if (token := raw.headers.get("x-auth-token")) is not None:
            return self.tokens.holder(token, self._clock()) or Refuse("APIGW.0307")
        try:
            account = self._keys.verify(raw, self._clock())
        except SignatureError as error:
            return Refuse("APIGW.0301", message=str(error))
        if raw.headers.get("x-project-id", REGION_PROJECT) not in dict(account.region_projects):
            return Refuse("APIGW.0310")
        return account

    def _fault(self, method: Method) -> Fault | None:
        return self._faults[method].popleft() if self._faults[method] else None

    async def _instead(self, fault: Fault, call: Call | None = None, account: Account | None = None) -> Answer | None:
        """What a fault answers; None where the work is to be done as usual after all."""
        after = deletes_after(fault)
        if after is not None and call is not None and account is not None and call.method == "DELETE":
            task = self.service.permitted(call, account)
            if isinstance(task, Task):
                self.service.book.delete(task, call.operator, account.user, after=after)
        match fault:
            case Delay(seconds):
                await self._pause(seconds)
                return None
            case Hang():
                await self._pause(None)
        return canned(fault)

    async def _pause(self, seconds: float | None) -> None:
        """Wait so long (None: for ever), but no longer than this stand-in serves."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
