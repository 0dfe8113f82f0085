"""The reason of a request: asked for, shown wherever someone decides, and kept."""

from codecheck_sandbox.slack import ApiError, ServerError
from tests.fixtures.world import TASK, OpenWorld, World, words

REQUIRED = '[confirmation]\nreason = "required"\n'
LABEL = "Reason. Everybody in the channel reads it."


async def test_everyone_reads_why(open_world: OpenWorld) -> None:
    """In the prompt, at the second step, in the result, in the notices and in the history."""
    async with open_world('[notify]\nchannels = ["C01AUDIT"]\n') as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        prompt = await world.ask(TASK, "replaced by shop2")
        assert "<@U01ALICE> wants to delete this check task: “replaced by shop2”" in words(prompt)
        await world.review()
        assert "“replaced by shop2”" in words(world.now(prompt))
        await world.confirm()
        await world.latest("status: success", "“replaced by shop2”")
        await world.latest("status: success", "replaced by shop2", by=world.bob, in_=audit)
        await world.slack.until(lambda: "✅" in words(world.now(prompt)))
        assert "“replaced by shop2”" in words(world.now(prompt))
        history = await world.bob.types(f"/codecheck history {TASK}", in_=world.channel)
        assert "replaced by shop2" in history.text


async def test_it_may_be_left_out(world: World) -> None:
    """Unless the settings ask for it."""
    prompt = await world.ask()
    assert "wants to delete this check task." in words(prompt)


async def test_off(open_world: OpenWorld) -> None:
    """A reason that is typed anyway is not shown."""
    async with open_world('[confirmation]\nreason = "off"\n') as world:
        prompt = await world.ask(TASK, "replaced by shop2")
        assert "shop2" not in words(prompt)


async def test_too_long(world: World) -> None:
    """The refusal says how long it is, and nothing is recorded; 200 characters are accepted."""
    answer = await world.alice.types(f"/codecheck delete {TASK} {'because ' * 30}", in_=world.channel)
    assert "200" in answer.text
    assert world.channel.messages == []
    prompt = await world.ask(TASK, "b" * 200)
    assert "b" * 200 in words(prompt)


async def test_required(open_world: OpenWorld) -> None:
    """A modal asks for it, and the channel sees nothing before it has been given."""
    async with open_world(REQUIRED) as world:
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert not answer.notice
        await world.slack.until(lambda: world.alice.views)
        assert world.channel.messages == []
        answer = await world.alice.submits({LABEL: "replaced by shop2"})
        assert not answer.errors
        await world.latest("webshop-frontend", "“replaced by shop2”")
        await world.review()
        await world.confirm()
        await world.latest("status: success")


async def test_required_and_slack_opens_no_modal(open_world: OpenWorld) -> None:
    """There is no button to press again, so the answer says what to type."""
    async with open_world(REQUIRED) as world:
        world.slack.fail_next("views.open", ApiError("expired_trigger_id"))
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.told(world.alice, "If you don't see it, type the command again, with a reason after the ID.")


async def test_a_modal_of_which_slack_does_not_say_that_it_opened(open_world: OpenWorld) -> None:
    """The command is acknowledged without waiting for it; Alice is told what to do if she does not see it."""
    async with open_world(REQUIRED) as world:
        world.slack.fail_next("views.open", ServerError(executed=True))
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert not answer.text
        await world.told(world.alice, "If you don't see it, type the command again")
        await world.alice.submits({LABEL: "replaced by shop2"})
        await world.latest("webshop-frontend", "“replaced by shop2”")


async def test_required_and_given_at_once(open_world: OpenWorld) -> None:
    """Then there is no modal."""
    async with open_world(REQUIRED) as world:
        await world.ask(TASK, "replaced by shop2")
        assert world.alice.view is None


async def test_nothing_but_space_is_no_reason(open_world: OpenWorld) -> None:
    """The modal says so beside the input; the channel sees nothing."""
    async with open_world(REQUIRED) as world:
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.slack.until(lambda: world.alice.views)
        answer = await world.alice.submits({LABEL: "   "})
        assert answer.errors == {"reason": "Say why, in a few words."}
        assert world.channel.messages == []


async def test_asked_for_by_somebody_else_meanwhile(open_world: OpenWorld) -> None:
    """The person who was still writing is told that the task has already been requested."""
    async with open_world(REQUIRED) as world:
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.slack.until(lambda: world.alice.views)
        await world.ask(TASK, "not used any more", by=world.bob)
        await world.alice.submits({LABEL: "replaced by shop2"})
        view = (await world.slack.until(lambda: world.alice.views))[-1]
        assert "already" in str(view.modal.model_dump())
        assert len(world.channel.messages) == 1


async def test_a_reason_is_text(world: World) -> None:
    """It mentions nobody and formats nothing."""
    prompt = await world.ask(TASK, "<!channel> *now*")
    assert "<!channel>" not in str([block.model_dump() for block in prompt.blocks])
