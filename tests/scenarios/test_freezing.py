"""What a freeze stops: the second confirmation, a deletion in its grace period, and a resend after a crash."""

from dataclasses import replace

from bot.deletions.ports import Change
from bot.domain.audit import of_deletion
from bot.domain.lifecycle import Action, State, transition
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from tests.fixtures.world import QUICK, STEP_2, TASK, OpenWorld, World, buttons, second_step, words

ADMINS = '[allow]\nadmins = ["U01BOB"]\n'
WITH_GRACE = f"{ADMINS}[confirmation]\ngrace_seconds = 600\n"
LABEL = "Type webshop-frontend to confirm"


async def freeze(world: World, why: str = "the audit is on") -> None:
    """Bob, who is an admin, freezes deletions."""
    assert "frozen by <@U01BOB>" in (await world.bob.types(f"/codecheck freeze {why}", in_=world.channel)).text


async def unfreeze(world: World) -> None:
    """Bob lifts the freeze."""
    assert "go on" in (await world.bob.types("/codecheck unfreeze", in_=world.channel)).text


async def test_a_freeze_in_the_grace_stops_it_at_once(open_world: OpenWorld) -> None:
    """Nothing is sent, and the prompt says that a freeze stopped it, by whom and why; then people can ask again."""
    async with open_world(WITH_GRACE) as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        await freeze(world)

        await world.slack.until(lambda: not buttons(world.now(prompt)))
        said = words(world.now(prompt))
        assert said.startswith("webshop-frontend kept · stopped by <@U01BOB>'s freeze: “the audit is on”")
        assert not world.codearts.count("DELETE")
        await unfreeze(world)
        await world.ask()


async def test_an_unfreeze_does_not_let_a_stopped_grace_go_off(open_world: OpenWorld) -> None:
    """Frozen and unfrozen within the grace period: it stays stopped, even after the grace period would have ended."""
    async with open_world(WITH_GRACE) as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        await freeze(world)
        await unfreeze(world)
        await world.slack.until(lambda: not buttons(world.now(prompt)))

        await world.pass_time(700)
        await world.delete("2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b")  # by now the sweeper has run
        await world.latest("webshop-search-old will be deleted at")

        assert "stopped by <@U01BOB>'s freeze" in words(world.now(prompt))
        assert not world.codearts.count("DELETE")


async def test_a_freeze_between_the_steps(open_world: OpenWorld) -> None:
    """The second confirmation is refused, by an old button or a typed name; after the unfreeze it goes on."""
    async with open_world(ADMINS) as world:
        prompt = await world.ask()
        await world.review()
        second = await world.latest(STEP_2)
        await freeze(world)
        await world.slack.until(lambda: buttons(world.now(prompt)) == ["Keep it"])

        await world.alice.clicks(second_step()[1], on=second, stale=True)

        await world.told(world.alice, "frozen by <@U01BOB>", "the audit is on")
        await world.latest(STEP_2, "the audit is on")
        assert not world.codearts.count("DELETE")
        await unfreeze(world)
        await world.slack.until(lambda: buttons(world.now(prompt)) == second_step())
        await world.confirm()
        await world.latest("status: success")
        assert not buttons(world.now(prompt))


async def test_a_frozen_request_can_be_kept(open_world: OpenWorld) -> None:
    """What can only keep a task works under a freeze, at both steps."""
    async with open_world(ADMINS) as world:
        prompt = await world.ask()
        await world.review()
        await freeze(world)
        await world.slack.until(lambda: buttons(world.now(prompt)) == ["Keep it"])
        await world.alice.clicks("Keep it", on=prompt)
        await world.latest("kept · cancelled by <@U01ALICE>")
        assert not world.codearts.count("DELETE")


async def test_a_freeze_refuses_a_typed_confirmation(open_world: OpenWorld) -> None:
    """The modal itself says who froze deletions; nothing is sent."""
    async with open_world(f'{ADMINS}[confirmation]\nsecond_step = "typed"\n') as world:
        await world.ask()
        await world.review()
        await world.slack.until(lambda: world.alice.views)
        await freeze(world)

        await world.alice.submits({LABEL: TASK})

        view = (await world.slack.until(lambda: world.alice.views))[-1]
        assert view.modal.title.text == "Not confirmed"
        assert "the audit is on" in str(view.modal.model_dump())
        assert not world.codearts.count("DELETE")


async def test_a_freeze_keeps_an_interrupted_call_from_being_sent_again(open_world: OpenWorld) -> None:
    """Nobody knows whether the DELETE was sent: the bot looks into it, and the thread says why it is not sent again."""
    async with open_world(ADMINS, replace(QUICK, verify=60_000)) as world:
        await world.ask()
        await world.review()
        await die_in_the_call(world)
        await freeze(world)

        await world.pass_time(60)

        await world.latest(
            "not known yet whether", "The call was interrupted, and not sent again, since deletions are frozen"
        )
        assert not world.codearts.count("DELETE")


async def test_an_interrupted_call_is_sent_again_if_nothing_is_frozen(open_world: OpenWorld) -> None:
    """The same without the freeze, which shows that the freeze is what stops it."""
    async with open_world(ADMINS) as world:
        await world.ask()
        await world.review()
        await die_in_the_call(world)

        await world.pass_time(60)

        await world.latest("webshop-frontend deleted", "status: success")
        assert world.codearts.count("DELETE") == 1


async def die_in_the_call(world: World) -> None:
    """The state left by a bot that recorded Alice's second confirmation and died just before the DELETE."""
    prefix = world.environ["CODECHECK_REDIS_PREFIX"]
    async with world.redis() as client:
        dead = RedisDeletionStore(RedisCalls(client, Keys(prefix)), QUICK)
        (deletion_id,) = map(str, await client.zrange(Keys(prefix).due, 0, -1))
        found = await dead.read(deletion_id)
        assert found is not None
        confirmed = transition(State.REVIEWED, Action.CONFIRM, State.EXECUTING)
        begun = replace(
            found.lifecycle,
            state=State.EXECUTING,
            confirmed_at=found.read_at,
            called_at=found.read_at,
            calls=1,
            seen=True,
        )
        event = of_deletion(replace(found, lifecycle=begun), confirmed.event, found.requester)
        await dead.commit(Change(found, replace(found, lifecycle=begun), event, confirmed.requires))
