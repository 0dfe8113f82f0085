"""`codecheck-bot freeze` and `unfreeze` at a shell: everyone in Slack sees what they did, as if it was done there."""

from bot.cli.ports import ShellUser
from bot.cli.redis_shell import RedisShell
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from codecheck_sandbox.slack import Channel
from codecheck_sandbox.slack.faults import ServerError
from tests.fixtures.world import ANOTHER_TASK, OpenWorld, World, buttons, second_step, words

WATCHED = '[allow]\nadmins = ["U01BOB"]\n[notify]\nchannels = ["C01AUDIT"]\n'
WITH_GRACE = f"{WATCHED}[confirmation]\ngrace_seconds = 600\n"
FROZEN = "🧊 Deletions are frozen by root@build-7: “the audit is on”"
LIFTED = "Deletions go on: root@build-7 ended the freeze."


async def at_a_shell(world: World, *, freezes: bool) -> None:
    """What `codecheck-bot freeze the audit is on`, or `unfreeze`, does once it has read its arguments."""
    async with world.redis() as client:
        shell = RedisShell(RedisCalls(client, Keys(world.environ["CODECHECK_REDIS_PREFIX"])))
        if freezes:
            await shell.freeze(ShellUser("root", "build-7"), "the audit is on")
        else:
            await shell.unfreeze(ShellUser("root", "build-7"))


def audit_channel(world: World) -> Channel:
    """The channel of `[notify]`."""
    return world.slack.channel("C01AUDIT", "audit", members=[world.bob])


def notices(channel: Channel, start: str) -> int:
    """How many messages in a channel begin so."""
    return sum(words(message).startswith(start) for message in channel.messages)


async def test_every_prompt_shows_it_and_the_channels_are_told_once(open_world: OpenWorld) -> None:
    """With three replicas: the waiting prompt loses its red button and gets it back; each channel is told once."""
    async with open_world(WATCHED) as world:
        audit = audit_channel(world)
        await world.start_replica()
        await world.start_replica()
        prompt = await world.ask()
        await world.review()

        await at_a_shell(world, freezes=True)
        await world.slack.until(lambda: buttons(world.now(prompt)) == ["Keep it"])
        assert FROZEN in words(world.now(prompt))
        await world.slack.until(lambda: notices(audit, FROZEN) and notices(world.channel, FROZEN))

        await at_a_shell(world, freezes=False)
        await world.slack.until(lambda: buttons(world.now(prompt)) == second_step())
        await world.slack.until(lambda: notices(audit, LIFTED) and notices(world.channel, LIFTED))
        await world.stop()
        for channel in (audit, world.channel):
            assert (notices(channel, FROZEN), notices(channel, LIFTED)) == (1, 1), channel.id


async def test_a_channel_whose_only_grace_was_stopped_hears_of_the_end(open_world: OpenWorld) -> None:
    """Nothing waits there any more, but people were told that deletions are frozen."""
    async with open_world(WITH_GRACE) as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        await at_a_shell(world, freezes=True)
        await world.slack.until(lambda: not buttons(world.now(prompt)) and notices(world.channel, FROZEN))
        assert "kept · stopped by root@build-7's freeze: “the audit is on”" in words(world.now(prompt))

        await at_a_shell(world, freezes=False)

        await world.slack.until(lambda: notices(world.channel, LIFTED))
        assert not world.codearts.count("DELETE")


async def test_slack_is_down(open_world: OpenWorld) -> None:
    """What Slack does not accept is sent once it works again; a channel that the bot may not post in is left out."""
    async with open_world(WATCHED) as world:  # nobody has invited the bot to #audit: Slack knows no such channel
        await world.ask(ANOTHER_TASK)
        world.slack.faults.fail_always("chat.postMessage", ServerError())
        await at_a_shell(world, freezes=True)
        await world.slack.until(lambda: len(world.slack.wire.calls("chat.postMessage")) >= 5)
        world.slack.faults.clear("chat.postMessage")
        await world.slack.until(lambda: notices(world.channel, FROZEN))
        await world.stop()
        assert notices(world.channel, FROZEN) == 1


async def test_the_replica_that_began_to_tell_has_gone(open_world: OpenWorld) -> None:
    """A freeze that no replica has seen, since none was running, is made known by the next one that starts."""
    async with open_world(WATCHED) as world:
        audit = audit_channel(world)
        prompt = await world.ask()
        await world.stop()
        await at_a_shell(world, freezes=True)
        await world.start_replica()
        await world.slack.until(lambda: FROZEN in words(world.now(prompt)) and notices(audit, FROZEN))
