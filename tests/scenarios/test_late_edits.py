"""Two replicas edit one prompt: what it shows in the end is true, whichever edit Slack takes last."""

import pytest

from codecheck_sandbox.codearts import Delay
from codecheck_sandbox.slack import RateLimited, ServerError
from tests.fixtures.world import TASK, OpenWorld, World

UNDER_WAY, DELETED = "is being deleted", "deleted ·"


def edits(world: World) -> list[str]:
    """What the prompt has said, in order."""
    return [
        change.message.text
        for change in world.slack.workspace.history
        if change.kind == "edited" and change.message is not None
    ]


@pytest.mark.parametrize("transport", ["http"])
async def test_an_old_edit_comes_last_and_without_an_answer(open_world: OpenWorld) -> None:
    """A second click makes another replica redraw: Slack holds that back, then takes it, but answers with an error."""
    async with open_world() as world:
        await world.start_replica()
        one, other = (f"http://{bot.host}:{bot.port}/slack/events" for bot in world.bots)
        world.slack.connect_http(one)
        prompt = await world.ask(TASK)
        await world.review()
        reviewed = world.now(prompt)
        world.codearts.next_answer(Delay(0.5))
        await world.confirm(TASK)
        await world.latest(UNDER_WAY)
        world.slack.connect_http(other)
        world.slack.fail_next("chat.update", RateLimited(1))
        await world.alice.clicks("Delete webshop-frontend", on=reviewed, stale=True)
        await world.slack.until(lambda: DELETED in edits(world)[-1])
        world.slack.fail_next("chat.update", ServerError(executed=True))
        await world.slack.until(lambda: UNDER_WAY in edits(world)[-1])
        await world.slack.until(lambda: DELETED in edits(world)[-1])
