"""Until the second confirmation nothing has happened: cancelling, and letting it lie."""

from dataclasses import replace

from tests.fixtures.world import QUICK, TASK, OpenWorld, World, buttons, words


async def test_cancelling_at_the_first_step(world: World) -> None:
    """The prompt says so itself; nothing was asked of the service but what the task is."""
    prompt = await world.ask(TASK)
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest("Cancelled", "Nothing was sent to CodeArts Check")
    assert buttons(world.now(prompt)) == []
    assert not world.codearts.count("DELETE")


async def test_cancelling_at_the_second_step(world: World) -> None:
    """The first button there is the way out."""
    prompt = await world.ask(TASK)
    await world.review()
    assert buttons(world.now(prompt))[0] == "Cancel"
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest("Cancelled")
    assert buttons(world.now(prompt)) == []
    assert not world.codearts.count("DELETE")


async def test_a_cancelled_request_cannot_be_confirmed_any_more(world: World) -> None:
    """Not even by a click on buttons that a slow screen still shows."""
    await world.ask(TASK)
    await world.review()
    second = await world.latest("Step 2 of 2")
    await world.alice.clicks("Cancel", on=second)
    await world.latest("Cancelled")
    await world.alice.clicks("Delete task 897acf…", on=second, stale=True)
    await world.told(world.alice, "Nothing was changed by this click: the request is cancelled already")
    assert not world.codearts.count("DELETE")


async def test_a_prompt_expires_by_itself(open_world: OpenWorld) -> None:
    """Nobody clicks, and it still ends: the prompt says so, without buttons."""
    async with open_world(timings=replace(QUICK, ttl=300)) as world:
        prompt = await world.ask(TASK)
        await world.latest("Expired", "nothing was sent to CodeArts Check", f"/codecheck delete {TASK}")
        assert buttons(world.now(prompt)) == []
        assert len(world.channel.messages) == 1


async def test_a_reviewed_prompt_expires_too(open_world: OpenWorld) -> None:
    """The first confirmation buys no more time."""
    async with open_world(timings=replace(QUICK, ttl=1_500)) as world:
        prompt = await world.ask(TASK)
        await world.review()
        await world.latest("Expired")
        assert buttons(world.now(prompt)) == []


async def test_a_click_that_comes_too_late_deletes_nothing(open_world: OpenWorld) -> None:
    """Whoever clicks on buttons that should have gone is told so."""
    async with open_world(timings=replace(QUICK, ttl=1_500)) as world:
        await world.ask(TASK)
        await world.review()
        second = await world.latest("Step 2 of 2")
        await world.latest("Expired")
        await world.alice.clicks("Delete task 897acf…", on=second, stale=True)
        told = await world.told(world.alice, "Nothing was changed by this click: the request is expired")
        assert "Its prompt shows where it stands" in words(told)
        assert not world.codearts.count("DELETE")


async def test_a_prompt_expires_although_the_bot_was_away(open_world: OpenWorld) -> None:
    """Whichever bot runs next finds it due."""
    async with open_world(timings=replace(QUICK, ttl=500)) as world:
        prompt = await world.ask(TASK)
        await world.restart()
        await world.latest("Expired")
        assert buttons(world.now(prompt)) == []
