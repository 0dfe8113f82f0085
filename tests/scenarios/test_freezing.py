"""What a freeze stops: the second confirmation, a call in its grace, and the second sending after a crash."""

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.domain.deletion import State
from bot.store.deletions import RedisDeletionStore
from bot.store.keys import Keys
from codecheck_sandbox.slack import Message
from tests.fixtures.world import QUICK, TASK, OpenWorld, World, buttons, words
from tests.record.agreement import check_agreement
from tests.slack.waiting import until

ADMINS = '[allow]\nadmins = ["U01BOB"]\n'
WITH_GRACE = f"{ADMINS}[confirmation]\ngrace_seconds = 600\n"


@pytest.fixture
def keys(redis_prefix: str) -> Keys:
    """The bot's keys in Redis."""
    return Keys(redis_prefix)


async def freeze(world: World, why: str = "the audit is on") -> None:
    """Bob, who is an admin, stops everything."""
    assert "frozen by <@U01BOB>" in (await world.bob.types(f"/codecheck freeze {why}", in_=world.channel)).text


async def unfreeze(world: World) -> None:
    """Bob lets it go on."""
    assert "go on" in (await world.bob.types("/codecheck unfreeze", in_=world.channel)).text


async def make_due(redis: Redis, keys: Keys, *, grace_over: bool = False) -> None:
    """Let somebody find every deletion due now, its grace over or not."""
    for deletion_id in map(str, await redis.zrange(keys.due, 0, -1)):
        if grace_over:
            await redis.hset(keys.deletion(deletion_id), "send_at", "1")
        await redis.zadd(keys.due, {deletion_id: 0}, xx=True)


async def end_the_grace(world: World, prompt: Message, redis: Redis, keys: Keys) -> None:
    """Let the grace be over, and wait until its prompt shows it."""

    async def over() -> bool:
        await make_due(redis, keys, grace_over=True)
        return not buttons(world.now(prompt))

    await until(over)


async def test_a_freeze_in_the_grace_stops_it(open_world: OpenWorld, redis_client: Redis, keys: Keys) -> None:
    """Nothing is sent, and the prompt says that a freeze stopped it, whose and why; then the task can be asked for."""
    async with open_world(WITH_GRACE) as world:
        prompt = await world.delete()
        await world.latest("About to delete")
        await freeze(world)

        await end_the_grace(world, prompt, redis_client, keys)

        said = words(world.now(prompt))
        assert f"Stopped by a freeze of <@U01BOB>: task {TASK} was not deleted." in said
        assert "Deletions were frozen before it was sent: the audit is on" in said
        assert "Nothing was sent to CodeArts Check." in said
        assert not world.codearts.count("DELETE")
        await unfreeze(world)
        await world.ask()
        await world.stop()
        await check_agreement(redis_client, keys.prefix)


async def test_a_freeze_shows_in_a_grace(open_world: OpenWorld, redis_client: Redis, keys: Keys) -> None:
    """The next count tells who has frozen it and that nothing will be sent; Stop still stops it."""
    async with open_world(WITH_GRACE) as world:
        prompt = await world.delete()
        await world.latest("About to delete")
        await freeze(world)

        async def shown() -> bool:
            for deletion_id in map(str, await redis_client.zrange(keys.due, 0, -1)):
                await redis_client.hincrby(keys.deletion(deletion_id), "send_at", -1_000)  # the next count comes
            await make_due(redis_client, keys)
            return "If it lasts, nothing will be sent." in words(world.now(prompt))

        await until(shown)
        assert "the audit is on" in words(world.now(prompt))
        await world.alice.clicks("Stop", on=prompt)
        await world.latest("Stopped: task", "Nothing was sent")


async def test_an_unfreeze_in_the_grace_lets_it_go_on(open_world: OpenWorld, redis_client: Redis, keys: Keys) -> None:
    """What counts is whether it is frozen when the call would begin."""
    async with open_world(WITH_GRACE) as world:
        prompt = await world.delete()
        await world.latest("About to delete")
        await freeze(world)
        await unfreeze(world)

        await end_the_grace(world, prompt, redis_client, keys)

        await world.latest("status: success", "httpStatus: OK")
        assert world.codearts.count("DELETE") == 1
        await world.stop()
        await check_agreement(redis_client, keys.prefix)


async def test_a_freeze_between_the_steps(open_world: OpenWorld) -> None:
    """The second confirmation is refused, by button or by a typed ID; cancelling is not; unfrozen, it goes on."""
    async with open_world(ADMINS) as world:
        prompt = await world.ask()
        await world.review()
        await freeze(world)

        await world.confirm()

        await world.told(world.alice, "frozen by <@U01BOB>", "the audit is on")
        await world.latest("Step 2 of 2", "the audit is on")
        assert not world.codearts.count("DELETE")
        await unfreeze(world)
        await world.confirm()
        await world.latest("status: success")
        assert not buttons(world.now(prompt))


async def test_a_freeze_refuses_a_typed_confirmation(open_world: OpenWorld) -> None:
    """The window itself says who has frozen it; nothing is sent."""
    async with open_world(f'{ADMINS}[confirmation]\nsecond_step = "typed"\n') as world:
        await world.ask()
        await world.review()
        await world.slack.until(lambda: world.alice.views)
        await freeze(world)

        await world.alice.submits({"Task ID": TASK})

        view = (await world.slack.until(lambda: world.alice.views))[-1]
        assert view.modal.title.text == "Not confirmed"
        assert "the audit is on" in str(view.modal.model_dump())
        assert not world.codearts.count("DELETE")


async def test_a_freeze_keeps_an_interrupted_call_from_being_sent_again(
    open_world: OpenWorld, redis_client: Redis, keys: Keys
) -> None:
    """Whether the first was sent nobody knows: it is looked into, and the prompt says why it is not sent again."""
    async with open_world(ADMINS, replace(QUICK, verify=60_000)) as world:
        await world.ask()
        await world.review()
        await die_after_the_confirmation(redis_client, keys)
        await freeze(world)

        await make_due(redis_client, keys)

        await world.latest(
            "Not known yet whether", "The call was interrupted, and not sent again, since deletions are frozen"
        )
        assert not world.codearts.count("DELETE")
        await world.stop()
        await check_agreement(redis_client, keys.prefix)


async def test_an_interrupted_call_is_sent_again_where_nothing_is_frozen(
    open_world: OpenWorld, redis_client: Redis, keys: Keys
) -> None:
    """The same without the freeze, so that it is the freeze which stops it."""
    async with open_world(ADMINS) as world:
        await world.ask()
        await world.review()
        await die_after_the_confirmation(redis_client, keys)

        await make_due(redis_client, keys)

        await world.latest("was deleted", "status: success")
        assert world.codearts.count("DELETE") == 1


async def die_after_the_confirmation(redis: Redis, keys: Keys) -> None:
    """What a bot leaves behind that recorded Alice's second confirmation, and died before it sent anything."""
    dead = RedisDeletionStore(redis, prefix=keys.prefix, timings=QUICK)
    (deletion_id,) = map(str, await redis.zrange(keys.due, 0, -1))

    async def rests() -> bool:  # whoever drew the last prompt has let go of it
        found = await dead.load(deletion_id)
        return found is not None and found.state is State.REVIEWED and found.drawn == found.appearance

    await until(rests)
    found = await dead.load(deletion_id)
    assert found is not None
    _, won = await dead.advance(found, State.EXECUTING, token="dead", by=found.requester)
    assert won
