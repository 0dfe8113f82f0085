"""The gateway and IAM in front of CodeArts Check: they authenticate requests and apply faults."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress

from codecheck_sandbox.codearts.accounts import REGION_PROJECT, Account
from codecheck_sandbox.codearts.faults import Answer, Delay, Fault, Hang, Refuse, canned, deletes_after, json_answer
from codecheck_sandbox.codearts.service import Api, Call, Service
from codecheck_sandbox.codearts.signatures import KeyRing, RawRequest, SignatureError
from codecheck_sandbox.codearts.tasks import Task
from codecheck_sandbox.codearts.tokens import SignInRefusedError, TokenOffice


class Gateway:
    """Answers requests, or applies the faults that are set.

    Args:
        accounts: who may sign in.
        service: what is behind it.
        clock: seconds since 1970.
    """

    def __init__(self, accounts: Iterable[Account], service: Service, clock: Callable[[], float]) -> None:
        accounts = list(accounts)
        self.tokens = TokenOffice(accounts)
        self.next: dict[Api, deque[Fault]] = defaultdict(deque)
        self.lasting: dict[tuple[Api, str | None], Fault] = {}
        self.by_chance: Callable[[Api], Fault | None] = lambda _: None
        self._keys = KeyRing(accounts)
        self._service = service
        self._clock = clock
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End the requests that hang."""
        self._closing.set()

    async def sign_in(self, raw: RawRequest) -> Answer:
        """Answer a request to IAM for a token."""
        fault = self._fault("POST", None)
        if fault is not None and (told := await self._instead(fault)) is not None:
            return told
        try:
            token, body = self.tokens.issue(raw.body, self._clock())
        except SignInRefusedError as refused:
            error: dict[str, object] = {"code": refused.http, "title": refused.title, "message": str(refused)}
            return json_answer(refused.http, {"error": error})
        return json_answer(201, body, ("X-Subject-Token", token))

    async def call(self, raw: RawRequest, call: Call | None) -> Answer:
        """Answer a call of CodeArts Check; None is an API that does not exist."""
        if call is None:
            return json_answer(*Refuse("APIGW.0101").answer())
        account = self._authenticated(raw)
        if isinstance(account, Refuse):
            return json_answer(*account.answer())
        fault = self._fault(call.api, call.task_id)
        if fault is not None and (told := await self._instead(fault, call, account)) is not None:
            return told
        return json_answer(*self._service.answer(call, account))

    def _authenticated(self, raw: RawRequest) -> Account | Refuse:
        """Who sent the request, by its token or signature, as the gateway sees it."""
        if (token := raw.headers.get("x-auth-token")) is not None:
            return self.tokens.holder(token, self._clock()) or Refuse("APIGW.0307")
        try:
            account = self._keys.verify(raw, self._clock())
        except SignatureError as error:
            return Refuse("APIGW.0301", message=str(error))
        if raw.headers.get("x-project-id", REGION_PROJECT) not in dict(account.region_projects):
            return Refuse("APIGW.0310")
        return account

    def _fault(self, api: Api, task_id: str | None) -> Fault | None:
        if self.next[api]:
            return self.next[api].popleft()
        return self.lasting.get((api, task_id)) or self.lasting.get((api, None)) or self.by_chance(api)

    async def _instead(self, fault: Fault, call: Call | None = None, account: Account | None = None) -> Answer | None:
        """What a fault answers; None if the work should be done as usual."""
        after = deletes_after(fault)
        if after is not None and call is not None and account is not None and call.api == "DELETE":
            task = self._service.permitted(call, account)
            if isinstance(task, Task):
                self._service.book.delete(task, call.operator, account.user, after=after)
        match fault:
            case Delay(seconds, at_once=True) if call is not None and account is not None:
                done = json_answer(*self._service.answer(call, account))
                await self._pause(seconds)
                return done
            case Delay(seconds):
                await self._pause(seconds)
                return None
            case Hang():
                await self._pause(None)
        return canned(fault)

    async def _pause(self, seconds: float | None) -> None:
        """Wait this long (None: forever), but no longer than this stand-in runs."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
