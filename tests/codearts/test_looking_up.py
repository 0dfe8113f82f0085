"""GET /v3/task/{task_id}: it exists, it has gone, or nobody can tell."""

from dataclasses import replace

import pytest

from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.domain.outcome import Presence, Sighting, Task
from codecheck_sandbox.codearts import CodeArtsStandIn, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.faults import ERRORS
from tests.codearts.conftest import QUICK, TASK, signer, soon


async def test_a_task_that_is_there_is_described(service: CodeArtsCheck) -> None:
    """Its name, project and branch, to be shown before it is deleted."""
    assert await service.look_up(TASK) == Sighting(Presence.EXISTS, Task("webshop-frontend", "Webshop", "master"))


async def test_a_task_that_was_deleted_has_gone(service: CodeArtsCheck) -> None:
    """On the service's own word."""
    await service.delete(TASK, "alice", not_after=soon())
    assert await service.look_up(TASK) == Sighting(Presence.GONE)


@pytest.mark.parametrize("code", sorted(ERRORS.keys() - {"CC.00050013"}))
async def test_no_error_but_one_makes_a_task_gone(service: CodeArtsCheck, codearts: CodeArtsStandIn, code: str) -> None:
    """Throttled, refused, wrong host, inner error: unknown, and the reason is given."""
    codearts.next_answer(*[Refuse(code)] * 2, to="GET")
    sighting = await service.look_up(TASK)
    assert sighting.presence is Presence.UNKNOWN
    assert sighting.why


@pytest.mark.parametrize(
    "fault",
    [
        Garbage(),
        Garbage(b'{"status": "success", "httpStatus": "OK", "result": null}'),
        Garbage(http=404),
        Garbage(http=502),
        InternalError(),
        InternalError(http=500),
        Drop(),
        Throttle(),
    ],
    ids=str,
)
async def test_what_cannot_be_told_is_unknown(service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault) -> None:
    """An answer that does not describe the task does not show that it exists, nor that it has gone."""
    codearts.next_answer(fault, fault, to="GET")
    sighting = await service.look_up(TASK)
    assert sighting.presence is Presence.UNKNOWN
    assert sighting.why


@pytest.mark.parametrize("fault", [Drop(), Throttle()], ids=str)
async def test_it_is_tried_a_second_time(service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault) -> None:
    """Looking changes nothing, so a lost answer is asked for again."""
    codearts.next_answer(fault, to="GET")
    assert (await service.look_up(TASK)).presence is Presence.EXISTS
    assert codearts.count("GET") == 2


async def test_a_look_up_that_hangs_is_given_up(codearts: CodeArtsStandIn) -> None:
    """In its time, which here is shorter than the port's ten seconds."""
    codearts.next_answer(Hang(), to="GET")
    async with http_client(codearts.url, signer()) as http:
        sighting = await CodeArtsCheck(http, replace(QUICK, looking=0.2)).look_up(TASK)
    assert sighting == Sighting(Presence.UNKNOWN, why="no answer of CodeArts Check came in time")


async def test_what_is_no_task_id_is_not_asked_for(service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
    """Nothing can slip into the path."""
    assert (await service.look_up("../../v2/1/tasks")).presence is Presence.UNKNOWN
    assert codearts.count("GET") == 0
