"""Editing a prompt notifies nobody, so requesters get a message if someone else ends their request or it expires."""

from dataclasses import replace

from tests.fixtures.world import CANCELLED, EXPIRED, QUICK, TASK, OpenWorld, World, buttons, words

BY_TWO = '[confirmation]\nsecond_step = "second_person"\n'


async def test_stopped_by_somebody_else(open_world: OpenWorld) -> None:
    """A direct message says who stopped it, with a link to the request."""
    async with open_world("[confirmation]\ngrace_seconds = 600\n") as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        await world.bob.clicks("Stop", on=prompt)
        told = await world.latest("webshop-frontend kept · stopped by <@U01BOB>", in_=world.alice.dm)
        assert f"/archives/{world.channel.id}/p{prompt.ts.replace('.', '')}" in words(told)


async def test_declined(open_world: OpenWorld) -> None:
    """The requester is told, with the colleague's reason."""
    async with open_world(BY_TWO) as world:
        prompt = await world.ask()
        await world.review()
        await world.bob.clicks("Decline…", on=prompt)
        await world.slack.until(lambda: world.bob.views)
        await world.bob.submits({"Why? The requester reads it.": "still in use"})
        await world.latest("webshop-frontend kept", "declined by <@U01BOB>: “still in use”", in_=world.alice.dm)
        await world.latest("declined by <@U01BOB>: “still in use”")
        assert buttons(world.now(prompt)) == []
        assert not world.codearts.count("DELETE")


async def test_declined_without_a_word(open_world: OpenWorld) -> None:
    """The reason may be left out."""
    async with open_world(BY_TWO) as world:
        prompt = await world.ask()
        await world.review()
        await world.bob.clicks("Decline…", on=prompt)
        await world.slack.until(lambda: world.bob.views)
        await world.bob.submits({})
        await world.latest("webshop-frontend kept · declined by <@U01BOB>", in_=world.alice.dm)


async def test_expired(open_world: OpenWorld) -> None:
    """The requester is told, and how to ask again."""
    async with open_world(timings=replace(QUICK, ttl=300)) as world:
        await world.ask()
        await world.latest(EXPIRED, f"/codecheck delete {TASK} asks again", in_=world.alice.dm)


async def test_cancelled_by_oneself(world: World) -> None:
    """People who cancel their own request already know."""
    prompt = await world.ask()
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest(CANCELLED)
    await world.stop()
    assert world.alice.dm.messages == []


async def test_cancelled_by_a_colleague(open_world: OpenWorld) -> None:
    """Someone who could have confirmed cancels instead."""
    async with open_world(BY_TWO) as world:
        await world.ask()
        await world.review()
        await world.bob.clicks("Keep it", on=world.channel)
        await world.latest("webshop-frontend kept · cancelled by <@U01BOB>", in_=world.alice.dm)


async def test_if_a_direct_message_cannot_be_sent(open_world: OpenWorld) -> None:
    """Then the message goes to the prompt's thread, and nothing is said twice."""
    async with open_world(timings=replace(QUICK, ttl=300)) as world:
        prompt = await world.ask()
        await world.latest(EXPIRED)
        await world.stop()
        assert len(world.alice.dm.messages) + len(world.channel.messages) == 2
        assert world.now(prompt).text


async def test_a_prompt_that_was_deleted_in_slack(world: World) -> None:
    """If someone asks again, it is posted again; the answer points to the request, and its buttons work."""
    prompt = await world.ask()
    world.slack.workspace.delete(prompt)
    assert world.channel.messages == []
    answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert "You asked for webshop-frontend already" in answer.text.replace("*", "")
    again = (await world.slack.until(lambda: world.channel.messages))[-1]
    assert again.ts != prompt.ts
    await world.review()
    await world.confirm()
    await world.latest("status: success")
    assert world.codearts.count("DELETE") == 1
