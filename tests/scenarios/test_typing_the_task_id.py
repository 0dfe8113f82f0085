"""The modal of `typed` in unusual cases: with an ephemeral prompt, and if it does not open."""

import pytest

from codecheck_sandbox.slack import ApiError, Hang, ServerError
from codecheck_sandbox.slack.faults import Fault
from tests.fixtures.world import ANOTHER_TASK, CANCELLED, STEP_2, TASK, OpenWorld, buttons, words

LABEL = "Type webshop-frontend to confirm"
TYPED = '[confirmation]\nsecond_step = "typed"\n'


async def test_from_an_ephemeral_prompt(open_world: OpenWorld) -> None:
    """If the bot is not in the channel, only Alice sees the prompt and the modal; everyone reads the result."""
    async with open_world(TYPED) as world:
        elsewhere = world.slack.channel("C01ELSEWHERE", "elsewhere", members=[world.alice, world.bob], with_bot=False)
        prompt = await world.ask(in_=elsewhere)
        await world.review(in_=elsewhere)
        await world.slack.until(lambda: world.alice.views)
        answer = await world.alice.submits({LABEL: ANOTHER_TASK})
        assert "isn't the task's name" in answer.errors["task_id"]
        assert not world.codearts.count("DELETE")

        answer = await world.alice.submits({LABEL: TASK})

        assert not answer.errors
        await world.latest("status: success", "httpStatus: OK", by=world.bob, in_=elsewhere)
        await world.slack.until(lambda: buttons(world.now(prompt)) == [])
        assert world.codearts.count("DELETE") == 1


@pytest.mark.parametrize("fault", [ApiError("expired_trigger_id"), ServerError(), Hang()], ids=repr)
async def test_a_modal_that_does_not_open(open_world: OpenWorld, fault: Fault) -> None:
    """Alice is told how to open it; the review still counts, and the prompt's button opens the modal again."""
    async with open_world(TYPED) as world:
        prompt = await world.ask()
        world.slack.fail_next("views.open", fault)
        await world.review()
        await world.told(world.alice, "If you don't see it, press the button again")
        assert world.alice.view is None
        assert STEP_2 in words(world.now(prompt))

        await world.confirm(typed=True)
        await world.slack.until(lambda: world.alice.views)
        assert not world.codearts.count("DELETE")
        await world.alice.submits({LABEL: TASK})
        await world.latest("status: success")


async def test_a_modal_of_which_slack_does_not_say_that_it_opened(open_world: OpenWorld) -> None:
    """It is open, and confirms; nobody is told that it did not open."""
    async with open_world(TYPED) as world:
        await world.ask()
        world.slack.fail_next("views.open", ServerError(executed=True))
        await world.review()
        said = await world.told(world.alice, "Slack may not have opened the dialog. If you don't see it")
        assert "didn't open" not in words(said)
        await world.alice.submits({LABEL: TASK})
        await world.latest("status: success")


async def test_a_stale_modal_after_the_deletion_has_been_requested_again(open_world: OpenWorld) -> None:
    """A modal belongs to one request: submitted after that was cancelled, it confirms no other one for the task."""
    async with open_world(TYPED) as world:
        await world.ask()
        await world.review()
        await world.slack.until(lambda: world.alice.views)
        await world.alice.clicks("Keep it", on=world.channel)
        await world.latest(CANCELLED)
        await world.ask()

        await world.alice.submits({LABEL: TASK})

        view = (await world.slack.until(lambda: world.alice.views))[-1]
        assert view.modal.title.text == "Not confirmed"
        assert not world.codearts.count("DELETE")
