"""Channels without the bot: the conversation goes on by response_url, and as a last resort by direct message."""

from dataclasses import replace

import pytest

from codecheck_sandbox.slack import RESPONSE_URL, ApiError, Channel
from tests.fixtures.world import CANCELLED, EXPIRED, QUICK, STEP_2, TASK, OpenWorld, World, buttons, delete_label, words


@pytest.fixture
def elsewhere(world: World) -> Channel:
    """A public channel with Alice and Bob, without the bot."""
    return world.slack.channel("C01ELSEWHERE", "elsewhere", members=[world.alice, world.bob], with_bot=False)


async def test_the_prompt_is_private_and_the_result_public(world: World, elsewhere: Channel) -> None:
    """Only Alice sees the prompt, which says so; everyone reads the result."""
    prompt = await world.ask(TASK, in_=elsewhere)
    assert prompt.only_for == world.alice.id
    assert "Only you can see this" in words(prompt)
    await world.review(in_=elsewhere)
    await world.confirm(TASK, in_=elsewhere)
    result = await world.latest("status: success", "httpStatus: OK", by=world.bob, in_=elsewhere)
    assert result.only_for is None
    assert buttons(world.now(prompt)) == []
    assert [message.text for message in elsewhere.messages].count(result.text) == 1
    assert world.codearts.count("DELETE") == 1


async def test_in_a_private_channel_it_is_the_same(world: World) -> None:
    """For a private channel Slack answers that it does not exist."""
    secret = world.slack.channel("G01SECRET", "secret", members=[world.alice], kind="private", with_bot=False)
    await world.delete(TASK, in_=secret)
    await world.latest("status: success", in_=secret)


async def test_cancelling_a_private_prompt(world: World, elsewhere: Channel) -> None:
    """Its buttons go, and nobody else ever hears of it."""
    prompt = await world.ask(TASK, in_=elsewhere)
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest(CANCELLED, in_=elsewhere)
    assert buttons(world.now(prompt)) == []
    assert elsewhere.messages == []


async def test_a_private_prompt_expires_by_a_new_private_message(open_world: OpenWorld) -> None:
    """A prompt that nobody clicked cannot be edited: a new message says that it expired, and so do its buttons."""
    async with open_world(timings=replace(QUICK, ttl=500)) as world:
        channel = world.slack.channel("C01ELSEWHERE", "elsewhere", members=[world.alice], with_bot=False)
        prompt = await world.ask(TASK, in_=channel)
        told = await world.told(world.alice, EXPIRED, in_=channel)
        assert told.ts != prompt.ts
        await world.alice.clicks("Review deletion…", on=prompt)
        await world.told(world.alice, "This has moved on: expired", in_=channel)
        await world.slack.until(lambda: buttons(world.now(prompt)) == [])
        assert elsewhere_is_silent(channel)


async def test_another_bot_finishes_the_conversation(world: World, elsewhere: Channel) -> None:
    """Redis keeps the latest response_url for it."""
    await world.ask(TASK, in_=elsewhere)
    await world.review(in_=elsewhere)
    await world.restart()
    await world.confirm(TASK, in_=elsewhere)
    await world.latest("status: success", by=world.bob, in_=elsewhere)


async def test_a_response_url_that_is_used_up_leads_to_a_direct_message(world: World, elsewhere: Channel) -> None:
    """If no other way is left, the requester gets a direct message that names the request's channel."""
    await world.ask(TASK, in_=elsewhere)
    await world.review(in_=elsewhere)
    world.slack.faults.fail_always(RESPONSE_URL, ApiError("used_url"))
    await world.confirm(TASK, in_=elsewhere)
    result = await world.latest("status: success", "httpStatus: OK", in_=world.alice.dm)
    assert f"<#{elsewhere.id}>" in words(result)
    assert elsewhere_is_silent(elsewhere)


async def test_a_response_url_that_has_expired_leads_to_a_direct_message(open_world: OpenWorld) -> None:
    """After half an hour Slack no longer accepts it."""
    async with open_world() as world:
        channel = world.slack.channel("C01ELSEWHERE", "elsewhere", members=[world.alice], with_bot=False)
        world.codearts.next_answer()
        await world.ask(TASK, in_=channel)
        await world.review(in_=channel)
        second = await world.latest(STEP_2, in_=channel)
        answering = world.slack.fail_next
        answering(RESPONSE_URL, ApiError("expired_url"), times=10)
        await world.alice.clicks(delete_label(TASK), on=second)
        await world.latest("status: success", in_=world.alice.dm)


async def test_once_the_bot_is_invited_everything_is_public(world: World, elsewhere: Channel) -> None:
    """The prompt of the next request is posted to the channel."""
    world.slack.add_bot(elsewhere)
    prompt = await world.ask(TASK, in_=elsewhere)
    assert prompt.only_for is None
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest(CANCELLED, in_=elsewhere)


async def test_a_bot_that_is_removed_in_between_finishes_all_the_same(world: World) -> None:
    """The prompt can no longer be edited by the bot, so the click's response_url is used."""
    await world.ask(TASK)
    await world.review()
    world.slack.remove_bot(world.channel)
    await world.confirm(TASK)
    await world.latest("status: success", "httpStatus: OK")
    assert world.codearts.count("DELETE") == 1


def elsewhere_is_silent(channel: Channel) -> bool:
    """Whether nothing public was posted there."""
    return channel.messages == []
