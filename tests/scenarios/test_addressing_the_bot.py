"""Someone writes to the bot instead of typing its command: the bot answers with the help."""

from tests.fixtures.world import World


async def test_a_mention_is_answered_with_the_help_to_that_person_only(world: World) -> None:
    """Alice mentions the bot in the channel: she is told what to type, and nobody else sees the answer."""
    before = len(world.bob.sees(world.channel))
    await world.alice.types("@codecheck-bot how do I delete a task?", in_=world.channel)
    answer = await world.latest("after two confirmations")
    assert answer.ephemeral
    assert len(world.bob.sees(world.channel)) == before + 1  # her own message


async def test_a_direct_message_is_answered_with_the_help(world: World) -> None:
    """Alice writes to the bot directly: it answers there, once, and does not answer itself."""
    await world.alice.types("delete 897acf7a1bd64e3b9b7b6c0de36e0c3d", in_=world.alice.dm)
    await world.latest("after two confirmations", in_=world.alice.dm)
    assert sum("two confirmations" in seen.text for seen in world.alice.sees(world.alice.dm)) == 1
    assert not world.codearts.count("DELETE")
