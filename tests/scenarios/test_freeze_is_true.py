"""A freeze shows at once and everywhere: in prompts and in channels, and so does its end."""

from tests.fixtures.world import ANOTHER_TASK, FIRST_STEP, TASK, OpenWorld, World, buttons, second_step, words

ADMINS = '[allow]\nadmins = ["U01BOB"]\n'
WATCHED = f'{ADMINS}[notify]\nchannels = ["C01AUDIT"]\n'
FROZEN = "🧊 Deletions are frozen by <@U01BOB>: “the audit is on”"


async def freeze(world: World) -> None:
    """Bob freezes deletions."""
    assert "frozen by <@U01BOB>" in (await world.bob.types("/codecheck freeze the audit is on", in_=world.channel)).text


async def unfreeze(world: World) -> None:
    """Bob lifts the freeze."""
    assert "go on" in (await world.bob.types("/codecheck unfreeze", in_=world.channel)).text


async def test_every_waiting_prompt_shows_it(open_world: OpenWorld) -> None:
    """Meanwhile there is no red button, and the prompt says who froze and why; afterwards everything is as before."""
    async with open_world(ADMINS) as world:
        first = await world.ask(ANOTHER_TASK)
        second = await world.ask(TASK)
        await world.alice.clicks("Review deletion…", on=second)
        await world.slack.until(lambda: buttons(world.now(second)) == second_step())

        await freeze(world)
        await world.slack.until(lambda: FROZEN in words(world.now(first)) and FROZEN in words(world.now(second)))
        assert buttons(world.now(first)) == FIRST_STEP
        assert buttons(world.now(second)) == ["Keep it"]

        await unfreeze(world)
        await world.slack.until(lambda: "🧊" not in words(world.now(first)) + words(world.now(second)))
        assert buttons(world.now(first)) == FIRST_STEP
        assert buttons(world.now(second)) == second_step()


async def test_a_prompt_that_is_reviewed_under_a_freeze(open_world: OpenWorld) -> None:
    """It shows no red button until the freeze ends."""
    async with open_world(ADMINS) as world:
        prompt = await world.ask()
        await freeze(world)
        await world.slack.until(lambda: "🧊" in words(world.now(prompt)))
        await world.alice.clicks("Review deletion…", on=prompt)
        await world.latest("for good?", FROZEN)
        assert buttons(world.now(prompt)) == ["Keep it"]
        await unfreeze(world)
        await world.slack.until(lambda: buttons(world.now(prompt)) == second_step())


async def test_nothing_can_be_asked_for(open_world: OpenWorld) -> None:
    """The answer is ephemeral and says who froze, since when and why."""
    async with open_world(ADMINS) as world:
        await freeze(world)
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert "🧊 Deletions are frozen by <@U01BOB> since" in answer.text
        assert "the audit is on" in answer.text
        assert world.channel.messages == []


async def test_the_channels_are_told(open_world: OpenWorld) -> None:
    """Only channels with a pending request and those of `[notify]` are told of the freeze and its end, once each."""
    async with open_world(WATCHED) as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        other = world.slack.channel("C01OTHER", "other", members=[world.alice])
        await world.ask()
        await freeze(world)
        await world.latest(FROZEN, by=world.bob, in_=audit)
        await world.slack.until(lambda: [m for m in world.channel.messages if words(m).startswith(FROZEN)])
        await unfreeze(world)
        await world.latest("Deletions go on: <@U01BOB> ended the freeze", by=world.bob, in_=audit)
        await world.latest("Deletions go on: <@U01BOB> ended the freeze")
        assert len(audit.messages) == 2
        assert other.messages == []


async def test_a_grace_is_cancelled_and_said_to_be(open_world: OpenWorld) -> None:
    """The prompt, the requester and the channels are told; an unfreeze does not bring the deletion back."""
    async with open_world(f"{WATCHED}[confirmation]\ngrace_seconds = 600\n") as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        prompt = await world.delete()
        await world.latest("webshop-frontend will be deleted at")
        await freeze(world)
        await world.latest("webshop-frontend kept · stopped by <@U01BOB>'s freeze: “the audit is on”")
        await world.latest("webshop-frontend kept", in_=world.alice.dm)
        await world.latest("webshop-frontend kept", by=world.bob, in_=audit)
        await unfreeze(world)
        assert buttons(world.now(prompt)) == []
        assert not world.codearts.count("DELETE")
        history = await world.bob.types(f"/codecheck history {TASK}", in_=world.channel)
        assert "webshop-frontend kept: a freeze stopped it" in history.text


async def test_whoami_and_pending_show_it(open_world: OpenWorld) -> None:
    """People who wonder why nothing happens can read it there, even without an operator."""
    async with open_world(ADMINS) as world:
        await world.ask()
        await freeze(world)
        for person, typed in ((world.alice, "whoami"), (world.alice, "pending"), (world.carol, "whoami")):
            answer = await person.types(f"/codecheck {typed}", in_=world.channel)
            assert "frozen by <@U01BOB>" in answer.text, (person.id, typed)
        await unfreeze(world)
        assert "Nothing is frozen." in (await world.alice.types("/codecheck whoami", in_=world.channel)).text


async def test_freezing_twice(open_world: OpenWorld) -> None:
    """The second admin is told of the first freeze, which stays unchanged, and no channel is told again."""
    async with open_world(WATCHED) as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        await freeze(world)
        await world.latest(FROZEN, by=world.bob, in_=audit)
        answer = await world.bob.types("/codecheck freeze another reason", in_=world.channel)
        assert "They were frozen already." in answer.text
        assert "the audit is on" in answer.text
        await world.stop()
        assert len(audit.messages) == 1


async def test_only_admins(open_world: OpenWorld) -> None:
    """Nobody else can freeze, or lift a freeze."""
    async with open_world(ADMINS) as world:
        assert "Only admins can do that." in (await world.alice.types("/codecheck freeze", in_=world.channel)).text
        await freeze(world)
        assert "Only admins can do that." in (await world.alice.types("/codecheck unfreeze", in_=world.channel)).text
        assert "frozen" in (await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)).text
