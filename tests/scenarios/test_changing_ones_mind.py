"""Before the second confirmation nothing has happened yet: cancelling, or letting a request expire."""

from dataclasses import replace

from tests.fixtures.world import CANCELLED, EXPIRED, QUICK, STEP_2, TASK, OpenWorld, World, buttons, delete_label


async def test_cancelling_at_the_first_step(world: World) -> None:
    """The prompt itself says so; the service was only asked about the task."""
    prompt = await world.ask(TASK)
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest("webshop-frontend kept · cancelled by <@U01ALICE>")
    assert buttons(world.now(prompt)) == []
    assert not world.codearts.count("DELETE")


async def test_cancelling_at_the_second_step(world: World) -> None:
    """The first button there is the way out."""
    prompt = await world.ask(TASK)
    await world.review()
    assert buttons(world.now(prompt))[0] == "Keep it"
    await world.alice.clicks("Keep it", on=prompt)
    await world.latest(CANCELLED)
    assert buttons(world.now(prompt)) == []
    assert not world.codearts.count("DELETE")


async def test_a_cancelled_request_cannot_be_confirmed_any_more(world: World) -> None:
    """Not even by a click on buttons that a slow screen still shows."""
    await world.ask(TASK)
    await world.review()
    second = await world.latest(STEP_2)
    await world.alice.clicks("Keep it", on=second)
    await world.latest(CANCELLED)
    await world.alice.clicks(delete_label(TASK), on=second, stale=True)
    await world.told(world.alice, "This has moved on: cancelled")
    assert not world.codearts.count("DELETE")


async def test_a_prompt_expires_by_itself(open_world: OpenWorld) -> None:
    """Nobody clicks, and the request still ends: the prompt says so, without buttons."""
    async with open_world(timings=replace(QUICK, ttl=300)) as world:
        prompt = await world.ask(TASK)
        await world.latest("webshop-frontend", EXPIRED, f"/codecheck delete {TASK} asks again")
        assert buttons(world.now(prompt)) == []
        assert [seen.text for seen in world.channel.messages] == [world.now(prompt).text]


async def test_a_reviewed_prompt_expires_too(open_world: OpenWorld) -> None:
    """The first confirmation does not extend the time."""
    async with open_world(timings=replace(QUICK, ttl=1_500)) as world:
        prompt = await world.ask(TASK)
        await world.review()
        await world.latest(EXPIRED)
        assert buttons(world.now(prompt)) == []


async def test_a_click_that_comes_too_late_deletes_nothing(open_world: OpenWorld) -> None:
    """Someone who clicks buttons that should be gone is told that the request has expired."""
    async with open_world(timings=replace(QUICK, ttl=1_500)) as world:
        await world.ask(TASK)
        await world.review()
        second = await world.latest(STEP_2)
        await world.latest(EXPIRED)
        await world.alice.clicks(delete_label(TASK), on=second, stale=True)
        await world.told(world.alice, "This has moved on: expired. The prompt shows it.")
        assert not world.codearts.count("DELETE")


async def test_a_prompt_expires_although_the_bot_was_away(open_world: OpenWorld) -> None:
    """The next bot to run finds that it is due."""
    async with open_world(timings=replace(QUICK, ttl=500)) as world:
        prompt = await world.ask(TASK)
        await world.restart()
        await world.latest(EXPIRED)
        assert buttons(world.now(prompt)) == []
