"""The server: gateway, IAM and CodeArts Check behind one port of 127.0.0.1."""

import asyncio
import ssl
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypedDict, Unpack

from aiohttp import web

from codecheck_sandbox.bodies import readable_body
from codecheck_sandbox.codearts.accounts import Account, default_accounts
from codecheck_sandbox.codearts.faults import CUT, Fault
from codecheck_sandbox.codearts.gateway import Gateway
from codecheck_sandbox.codearts.service import Api, Service, find_api
from codecheck_sandbox.codearts.shapes import Shape
from codecheck_sandbox.codearts.signatures import RawRequest
from codecheck_sandbox.codearts.tasks import Deleted, Task, TaskBook, default_tasks
from codecheck_sandbox.codearts.wire import Exchange, masked

_SIGN_IN = "/v3/auth/tokens"


class TaskDetails(TypedDict, total=False):
    """What can be changed of a task; see `Task`."""

    name: str
    project: str
    git_url: str
    branch: str
    branches: int
    running: bool
    issues: tuple[int, int, int, int]
    last_check: str
    shape: Shape


class CodeArtsStandIn:
    """A stand-in for CodeArts Check with its gateway and IAM; serves inside its `async with` block.

    Args:
        accounts: who may sign in; by default `default_accounts()`.
        tasks: the tasks at the start; by default `default_tasks()`.
        host: the address to listen on.
        port: where to listen there; 0 takes a free one.
        tls: if given, it serves https.
        clock: seconds since 1970.
    """

    def __init__(  # noqa: PLR0913 - each has a default
        self,
        accounts: Iterable[Account] | None = None,
        tasks: Iterable[Task] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.requests: deque[Exchange] = deque(maxlen=1_000)
        self.service = Service(TaskBook(clock, default_tasks() if tasks is None else tasks))
        self._gateway = Gateway(default_accounts() if accounts is None else accounts, self.service, clock)
        self.tokens = self._gateway.tokens
        self._clock = clock
        self._arrived: Counter[str] = Counter()
        self._came: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._answered = 0
        self._watchers: list[Callable[[Exchange], None]] = []
        self._host = host
        self._port = port
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The endpoint of CodeArts Check, and of IAM."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self._port}"

    @property
    def tasks(self) -> dict[str, Task]:
        """The current tasks, by ID."""
        return self.service.book.all()

    @property
    def deletions(self) -> list[Deleted]:
        """The deletions so far, in order."""
        return self.service.book.deleted()

    def add_tasks(self, *tasks: Task) -> None:
        """Add these tasks, or replace those with the same ID."""
        self.service.book.put(tasks)

    def change(self, task_id: str, **changes: Unpack[TaskDetails]) -> Task:
        """Change a task: `codearts.change(TASK, branch="release", running=True)`. Returns the changed task.

        Raises:
            KeyError: there is no such task.
        """
        changed = replace(self.tasks[task_id], **changes)
        self.add_tasks(changed)
        return changed

    def next_answer(self, *faults: Fault, to: Api = "DELETE") -> None:
        """Answer the next calls of an API like this, one after the other."""
        self._gateway.next[to].extend(faults)

    def always_answer(self, fault: Fault, *, to: Api, task: str | None = None) -> None:
        """Answer every call of an API like this until `answer_as_usual`; with `task`, only those about this task."""
        self._gateway.lasting[to, task] = fault

    def answer_by_chance(self, choose: Callable[[Api], Fault | None]) -> None:
        """From now on ask `choose` about each call for which nothing else is set."""
        self._gateway.by_chance = choose

    def awaited_answers(self, to: Api = "DELETE") -> list[Fault]:
        """What `next_answer` has set and no call has used yet."""
        return list(self._gateway.next[to])

    @property
    def unanswered(self) -> int:
        """How many requests are waiting for their answer."""
        return self._arrived.total() - self._answered

    def subscribe(self, watcher: Callable[[Exchange], None]) -> Callable[[], None]:
        """Call a function with every exchange, at once. Returns a function that ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def answer_as_usual(self) -> None:
        """Forget what `next_answer` and `always_answer` have set."""
        self._gateway.next.clear()
        self._gateway.lasting.clear()

    async def arrival(self, api: Api) -> None:
        """Wait until a call of an API has come, answered or not."""
        await self._came[api].wait()

    def count(self, api: Api) -> int:
        """How many calls of an API have come, answered or not."""
        return self._arrived[api]

    async def __aenter__(self) -> Self:
        """Start serving."""
        app = web.Application(middlewares=[readable_body], client_max_size=1 << 20)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port, ssl_context=self._tls).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the requests that hang, and stop."""
        self._gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.Response:
        at = self._clock()
        raw = RawRequest(
            request.method,
            request.raw_path,
            {name.lower(): value for name, value in request.headers.items()},
            await request.read(),
        )
        call = find_api(raw.method, raw.path, request.query_string, raw.headers.get("operator", ""))
        api = call.api if call else raw.method
        self._arrived[api] += 1
        self._came[api].set()
        answer = await (self._gateway.sign_in(raw) if raw.path == _SIGN_IN else self._gateway.call(raw, call))
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
