"""The final word: "deleted" only if the service said so, or the task was seen before the call and gone after it."""

import pytest

from codecheck_sandbox.codearts import Delay, Drop, Refuse
from tests.fixtures.world import TASK, World, buttons, words

UNREADABLE = Refuse("CC.00050010", http=403)


def taken_away(world: World) -> None:
    """Someone deletes the task in the console."""
    world.codearts.service.book.delete(world.codearts.tasks[TASK], "", "someone-else")


async def test_gone_before_the_call(world: World) -> None:
    """Nothing is sent, and nobody claims to have deleted it."""
    prompt = await world.ask()
    await world.review()
    taken_away(world)
    await world.confirm()
    said = words(
        await world.latest("webshop-frontend was already gone", "This request didn't delete it", "It disappeared")
    )
    assert "status:" not in said
    await world.slack.until(lambda: not buttons(world.now(prompt)))
    assert not world.codearts.count("DELETE")


async def test_gone_before_the_facts_had_come(world: World) -> None:
    """The look-up that fills in the prompt finds no task: the request ends, and nobody has to confirm anything."""
    world.codearts.next_answer(Delay(1.0), to="GET")
    prompt = await world.ask()
    taken_away(world)
    await world.slack.until(lambda: "was already gone" in words(world.now(prompt)), within=10)
    assert buttons(world.now(prompt)) == []


async def test_the_services_word(world: World) -> None:
    """The result says that the service confirmed it."""
    await world.delete()
    await world.latest("✅ webshop-frontend deleted", "status: success", "CodeArts Check confirmed it")


async def test_seen_before_and_gone_after(world: World) -> None:
    """The answer was lost; the task was seen before the call and not after it, and the result says that."""
    world.codearts.next_answer(Drop(after_deleting=True))
    await world.delete()
    said = words(await world.latest("✅ webshop-frontend deleted", "It was seen to be gone at"))
    assert "CodeArts Check confirmed it" not in said
    assert "none" not in said


async def test_never_deleted_if_it_was_not_seen_before(world: World) -> None:
    """Unreadable before the call, gone after it, and the answer lost: the result says gone, but not by whom."""
    world.codearts.always_answer(UNREADABLE, to="GET")
    world.codearts.next_answer(Drop(after_deleting=True))
    await world.ask()
    await world.review()
    await world.alice.clicks(buttons(world.channel.messages[-1])[-1], on=world.channel)
    await world.latest("not known yet whether")
    world.codearts.answer_as_usual()
    said = words(await world.latest("is gone", "it isn't known whether this bot deleted it"))
    assert "didn't delete it" not in said
    assert not any("✅" in words(message) for message in world.channel.messages)


@pytest.mark.parametrize("fault", [Refuse("CC.00050012"), Refuse("APIGW.0308"), Refuse("CC.00050006")], ids=repr)
async def test_unreadable_is_not_gone(world: World, fault: Refuse) -> None:
    """A failed look-up proves nothing: the bot looks again, and never concludes "gone" from it."""
    world.codearts.next_answer(Drop())
    await world.ask()
    await world.review()
    await world.confirm()
    await world.codearts.arrival("DELETE")
    world.codearts.always_answer(fault, to="GET")
    await world.latest("not known yet whether")
    await world.latest("still not known whether it was deleted")
    assert not any("deleted ·" in words(message) for message in world.channel.messages)
    assert TASK in world.codearts.tasks
