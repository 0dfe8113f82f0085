"""Whether a DELETE may be sent is asked just before each attempt, so that a freeze stops a repeated one too."""

import asyncio

import httpx
import pytest

from bot.codearts.auth import IamTokenAuth
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.domain.outcome import Verdict
from codecheck_sandbox.codearts import CodeArtsStandIn, Hang, Throttle
from tests.codearts.conftest import QUICK, TASK, iam_user, soon

_STOPPED = "It was stopped just before it was sent."


class Freeze:
    """Lets so many attempts through, and then none."""

    def __init__(self, after: int) -> None:
        self.asked = 0
        self._after = after

    async def may_send(self) -> bool:
        """Whether the next attempt may leave."""
        self.asked += 1
        return self.asked <= self._after


async def test_a_stop_before_the_first_attempt_sends_nothing(service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
    """Nothing was sent, so nothing is unknown."""
    outcome = await service.delete(TASK, "alice", not_after=soon(), may_send=Freeze(0).may_send)
    assert (outcome.verdict, outcome.sent, str(outcome.why)) == (Verdict.FAILED, False, _STOPPED)
    assert codearts.count("DELETE") == 0


@pytest.mark.parametrize("allowed", [1, 2, 3])
async def test_a_stop_between_attempts_sends_no_more(
    service: CodeArtsCheck, codearts: CodeArtsStandIn, allowed: int
) -> None:
    """After a 429, which was certainly not executed: the deletion has failed, though something was sent."""
    codearts.next_answer(*[Throttle()] * allowed)
    freeze = Freeze(allowed)
    outcome = await service.delete(TASK, "alice", not_after=soon(), may_send=freeze.may_send)
    assert (outcome.verdict, outcome.sent, str(outcome.why)) == (Verdict.FAILED, True, _STOPPED)
    assert (codearts.count("DELETE"), freeze.asked) == (allowed, allowed + 1)


async def test_a_stop_keeps_the_repetition_with_a_new_token_back(codearts: CodeArtsStandIn) -> None:
    """The 401 was not executed; the same DELETE with a new token is another attempt."""
    async with http_client(codearts.url) as iam, http_client(codearts.url, IamTokenAuth(iam, iam_user())) as http:
        service = CodeArtsCheck(http, QUICK)
        await service.look_up(TASK)
        codearts.tokens.revoke_all()
        outcome = await service.delete(TASK, "alice", not_after=soon(), may_send=Freeze(1).may_send)
    assert (outcome.verdict, outcome.sent, str(outcome.why)) == (Verdict.FAILED, True, _STOPPED)
    assert (codearts.count("DELETE"), codearts.deletions) == (1, [])


async def test_the_time_may_run_out_before_the_repetition_with_a_new_token(codearts: CodeArtsStandIn) -> None:
    """Nothing is unknown: the 401 was not executed, and the second request did not leave."""
    asked: list[None] = []

    async def may_send() -> bool:
        asked.append(None)
        return len(asked) == 1 or await asyncio.Event().wait()

    async with http_client(codearts.url) as iam, http_client(codearts.url, IamTokenAuth(iam, iam_user())) as http:
        service = CodeArtsCheck(http, QUICK)
        await service.look_up(TASK)
        codearts.tokens.revoke_all()
        outcome = await service.delete(TASK, "alice", not_after=soon(0.5), may_send=may_send)
    assert (len(asked), outcome.verdict, outcome.sent) == (2, Verdict.FAILED, True)
    assert codearts.deletions == []


async def test_it_is_asked_after_the_connection_and_the_token_are_there(codearts: CodeArtsStandIn) -> None:
    """The later it is asked, the less can happen in between: signing in can take seconds."""
    order: list[str] = []

    async def may_send() -> bool:
        order.append(f"asked after {codearts.count('POST')} token")
        return True

    async with http_client(codearts.url) as iam, http_client(codearts.url, IamTokenAuth(iam, iam_user())) as http:
        outcome = await CodeArtsCheck(http, QUICK).delete(TASK, "alice", not_after=soon(), may_send=may_send)
    assert outcome.verdict is Verdict.DELETED
    assert order == ["asked after 1 token"]


async def test_the_time_may_run_out_while_it_is_asked(service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
    """A storage that hangs keeps the DELETE back, and nothing was sent."""
    outcome = await service.delete(TASK, "alice", not_after=soon(0.2), may_send=asyncio.Event().wait)
    assert (outcome.verdict, outcome.sent) == (Verdict.FAILED, False)
    assert codearts.count("DELETE") == 0


async def test_an_answer_that_comes_after_the_time_sends_nothing(
    service: CodeArtsCheck, codearts: CodeArtsStandIn
) -> None:
    """Yes, but too late: the clock is looked at last."""
    not_after = soon(0.05)

    async def may_send() -> bool:
        while soon(0) < not_after:  # blocks the loop, so that no timeout can end it first
            pass
        return True

    outcome = await service.delete(TASK, "alice", not_after=not_after, may_send=may_send)
    assert (outcome.verdict, outcome.sent) == (Verdict.FAILED, False)
    assert codearts.count("DELETE") == 0


async def test_what_it_raises_is_raised_and_nothing_is_sent(service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
    """Whoever asked knows what to make of a storage that fails; the connection is fit for the next request."""

    async def may_send() -> bool:
        raise LookupError("storage")

    with pytest.raises(LookupError):
        await service.delete(TASK, "alice", not_after=soon(), may_send=may_send)
    assert codearts.count("DELETE") == 0
    assert (await service.look_up(TASK)).facts.name == "webshop-frontend"


async def test_look_ups_do_not_keep_a_delete_waiting(http: httpx.AsyncClient, codearts: CodeArtsStandIn) -> None:
    """Sixteen that hang take none of the places of DELETEs."""
    codearts.next_answer(*[Hang()] * 16, to="GET")
    service = CodeArtsCheck(http, QUICK)
    looking = [asyncio.create_task(service.look_up(TASK)) for _ in range(16)]
    await codearts.arrival("GET")
    outcome = await service.delete(TASK, "alice", not_after=soon(3), may_send=Freeze(1).may_send)
    assert outcome.verdict is Verdict.DELETED
    for task in looking:
        task.cancel()
    await asyncio.gather(*looking, return_exceptions=True)
