"""A request for a task that CodeArts Check does not know is answered privately, and the channel never sees it."""

import pytest

from codecheck_sandbox.codearts.accounts import PAYMENTS, WEBSHOP
from tests.fixtures.world import ANOTHER_TASK, NO_TASK, TASK, OpenWorld, World, words

SEARCHED = f'[codearts]\nprojects = ["{WEBSHOP}", "{PAYMENTS}"]\n'


@pytest.mark.parametrize("typed", [NO_TASK, TASK[:12], "webshop-frontend"], ids=["no task's", "half an ID", "a name"])
async def test_an_id_of_no_task(world: World, typed: str) -> None:
    """Only the person who typed it is told; the channel sees nothing, and nothing is pending."""
    answer = await world.alice.types(f"/codecheck delete {typed}", in_=world.channel)
    assert answer.message is not None
    assert answer.message.only_for == world.alice.id
    assert f"CodeArts Check knows no task {typed}." in words(answer.message)
    assert world.channel.messages == []
    pending = await world.alice.types("/codecheck pending", in_=world.channel)
    assert "Nothing is waiting." in pending.text
    assert not world.codearts.count("DELETE")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("webshop-frontend", {TASK}),
        ("webshop-search", {ANOTHER_TASK}),
        ("WEBSHOP-FRONTEND", {TASK}),
        (TASK[:6], {TASK}),
        (ANOTHER_TASK[:31], {ANOTHER_TASK}),
    ],
)
async def test_a_name_or_half_an_id(open_world: OpenWorld, typed: str, meant: set[str]) -> None:
    """The answer lists the tasks of that name in the projects of the settings, with the IDs to type."""
    async with open_world(SEARCHED) as world:
        answer = await world.alice.types(f"/codecheck delete {typed}", in_=world.channel)
        assert "Did you mean this one?" in answer.text
        assert {task_id for task_id in world.codearts.tasks if task_id in answer.text} == meant
        assert world.channel.messages == []


@pytest.mark.parametrize("name", ["网店前端检查", "webshop.frontend", "webshop/frontend", "Ünï-webshop"])
async def test_a_name_that_cannot_be_an_id(open_world: OpenWorld, name: str) -> None:
    """It is looked for as well, for those who may ask; if there is none, the answer says what an ID looks like."""
    async with open_world(SEARCHED) as world:
        answer = await world.alice.types(f"/codecheck delete {name} not used", in_=world.channel)
        assert "A task ID has only letters, digits" in answer.text
        world.codearts.change(TASK, name=name)
        answer = await world.alice.types(f"/codecheck delete “{name}” not used", in_=world.channel)
        assert "Did you mean" in answer.text
        assert TASK in answer.text
        answer = await world.carol.types(f"/codecheck delete {name}", in_=world.channel)
        assert TASK not in answer.text
        assert world.channel.messages == []


async def test_a_name_of_no_task(open_world: OpenWorld) -> None:
    """No task with a dissimilar name is suggested."""
    async with open_world(SEARCHED) as world:
        answer = await world.alice.types("/codecheck delete nothing-like-it", in_=world.channel)
        assert "Did you mean" not in answer.text


async def test_who_deleted_it(world: World) -> None:
    """Someone who asks for a task that this bot has deleted is told who deleted it, and when."""
    await world.delete()
    await world.latest("status: success")
    answer = await world.bob.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert f"CodeArts Check knows no task `{TASK}`" in answer.text or f"knows no task {TASK}" in answer.text
    assert "<@U01ALICE> deleted it at" in answer.text


async def test_it_is_in_the_audit_log(world: World) -> None:
    """Nothing was requested, but someone tried."""
    await world.alice.types(f"/codecheck delete {NO_TASK}", in_=world.channel)
    await world.restart()  # it is recorded after the answer
    history = await world.bob.types(f"/codecheck history {NO_TASK}", in_=world.channel)
    assert "<@U01ALICE> was refused: delete, no such task" in history.text


async def test_who_may_not_ask_learns_nothing(world: World) -> None:
    """Only people who may delete tasks are told whether a task exists."""
    answer = await world.carol.types(f"/codecheck delete {NO_TASK}", in_=world.channel)
    assert "no CodeArts user is set for you" in answer.text
    assert "knows no task" not in answer.text
