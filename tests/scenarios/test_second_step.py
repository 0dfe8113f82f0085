"""How the second confirmation is given: by a button, by typing the task's ID, or by somebody else; and the grace."""

import asyncio
from dataclasses import replace

import pytest

from codecheck_sandbox.slack import View
from tests.fixtures.world import ANOTHER_TASK, TASK, OpenWorld, World, buttons, delete_label, words

TYPED = '[confirmation]\nsecond_step = "typed"\n'
BY_TWO = '[confirmation]\nsecond_step = "second_person"\n'
WITH_GRACE = "[confirmation]\ngrace_seconds = {}\n"


async def window(world: World) -> View:
    """The window that has opened on Alice's screen."""
    return (await world.slack.until(lambda: world.alice.views))[-1]


@pytest.mark.parametrize("typed", [TASK, f"  {TASK} "], ids=["exactly", "with spaces"])
async def test_the_task_id_is_typed(open_world: OpenWorld, typed: str) -> None:
    """The review opens a window; the ID typed there is the second confirmation."""
    async with open_world(TYPED) as world:
        await world.ask()
        await world.review()
        await window(world)

        answer = await world.alice.submits({"Task ID": typed})

        assert not answer.errors
        assert world.alice.view is None
        await world.latest("status: success", "httpStatus: OK")
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]


@pytest.mark.parametrize("typed", [TASK.upper(), ANOTHER_TASK, TASK[:-1]], ids=["wrong case", "another", "cut"])
async def test_a_wrong_task_id_confirms_nothing(open_world: OpenWorld, typed: str) -> None:
    """The window says so beside the input, without naming the right one, and can be tried again."""
    async with open_world(TYPED) as world:
        await world.ask()
        await world.review()
        await window(world)

        answer = await world.alice.submits({"Task ID": typed})

        assert "not the ID of the task" in answer.errors["task_id"]
        assert TASK not in answer.errors["task_id"]
        assert not world.codearts.count("DELETE")
        await world.alice.submits({"Task ID": TASK})
        await world.latest("status: success")


async def test_the_button_opens_the_window_and_confirms_nothing(open_world: OpenWorld) -> None:
    """Closing the window changes nothing; the prompt's delete button opens it again, and is no confirmation."""
    async with open_world(TYPED) as world:
        prompt = await world.ask()
        await world.review()
        await window(world)
        await world.alice.closes()

        await world.confirm()
        await window(world)

        assert "Step 2 of 2" in words(world.now(prompt))
        assert not world.codearts.count("DELETE")
        await world.alice.clicks("Cancel", on=world.channel)
        await world.latest("Cancelled")
        await world.alice.submits({"Task ID": TASK})
        view = await window(world)
        assert view.modal.title.text == "Not confirmed"
        assert not world.codearts.count("DELETE")


async def test_somebody_else_confirms(open_world: OpenWorld) -> None:
    """The requester alone cannot; a colleague can; the operator sent is the requester's, and both are named."""
    async with open_world(BY_TWO) as world:
        prompt = await world.ask()
        await world.review()
        await world.confirm()
        await world.told(world.alice, "somebody else")
        await world.confirm(by=world.carol)
        await world.told(world.carol, "no CodeArts Check operator")
        assert "Step 2 of 2" in words(world.now(prompt))
        assert not world.codearts.count("DELETE")

        await world.confirm(by=world.bob)

        result = await world.latest("status: success", "httpStatus: OK")
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]
        assert "Requester: <@U01ALICE>" in words(result)
        assert "Confirmed by: <@U01BOB>" in words(result)


async def test_a_stranger_confirms_nothing(open_world: OpenWorld) -> None:
    """A member of another workspace sees the buttons in a shared channel, and learns nothing by pressing them."""
    async with open_world(BY_TWO) as world:
        stranger = world.slack.user("U01BOBBY", "bobby", team_id="T09OTHER")
        world.channel.members.add(stranger.id)
        await world.ask()
        await world.review()

        await world.confirm(by=stranger)

        told = await world.told(stranger, "only members of the workspace")
        assert TASK not in words(told)
        assert not world.codearts.count("DELETE")


async def test_where_nobody_else_would_see_it(open_world: OpenWorld) -> None:
    """Without the bot in the channel there is no prompt for two: it ends at once, and says what to do."""
    async with open_world(BY_TWO) as world:
        world.slack.remove_bot(world.channel)

        await world.ask()

        said = await world.latest("was not deleted", "/invite @codecheck-bot")
        assert buttons(said) == []


async def test_permission_withdrawn_between_the_steps(open_world: OpenWorld) -> None:
    """Whoever leaves the user group after the first step cannot take the second."""
    async with open_world('[allow]\nusergroups = ["S01DELETERS"]\n') as world:
        world.slack.usergroup("S01DELETERS", [world.alice])
        await world.ask()
        await world.review()
        world.slack.usergroup("S01DELETERS", [world.bob])

        await world.confirm()

        await world.told(world.alice, "not among those who may delete tasks")
        assert not world.codearts.count("DELETE")


@pytest.mark.parametrize("toml", ["", BY_TWO], ids=["by the requester", "by somebody else"])
async def test_a_requester_deactivated_between_the_steps(open_world: OpenWorld, toml: str) -> None:
    """Neither their own last click nor a colleague's confirms what somebody asked for whose account is closed."""
    async with open_world(toml) as world:
        await world.ask()
        await world.review()
        users = world.slack.workspace.users
        users[world.alice.id] = replace(users[world.alice.id], deleted=True)  # their client has not noticed yet
        presses = world.bob if toml else world.alice

        await world.confirm(by=presses)

        await world.told(presses, "may not delete tasks any more" if toml else "deactivated")
        assert not world.codearts.count("DELETE")


async def test_anyone_allowed_can_stop_it(open_world: OpenWorld) -> None:
    """In the grace the prompt has one button; pressed, nothing is sent, and the prompt says by whom."""
    async with open_world(WITH_GRACE.format(60)) as world:
        prompt = await world.delete()
        await world.latest("About to delete")
        assert buttons(world.now(prompt)) == ["Stop"]

        await world.bob.clicks("Stop", on=world.channel)

        await world.latest("Stopped by <@U01BOB>", "Nothing was sent")
        assert not world.codearts.count("DELETE")


async def test_a_grace_survives_a_restart(open_world: OpenWorld) -> None:
    """Whoever runs when it ends sends the call, once."""
    async with open_world(WITH_GRACE.format(2)) as world:
        await world.delete()
        await world.latest("About to delete")

        await world.restart(WITH_GRACE.format(2))

        await world.latest("status: success", "httpStatus: OK")
        assert world.codearts.count("DELETE") == 1


async def test_a_stop_at_the_last_moment_has_one_winner(open_world: OpenWorld) -> None:
    """Either it was stopped and nothing was sent, or it was sent and the Stop is told that it came too late."""
    async with open_world(WITH_GRACE.format(1)) as world:
        prompt = await world.delete()
        await world.latest("About to delete")
        shown = world.now(prompt)

        await world.slack.until(lambda: "5 s or less" in words(world.now(prompt)))
        await asyncio.gather(*(who.clicks("Stop", on=shown, stale=True) for who in (world.alice, world.bob)))
        await world.slack.until(lambda: not buttons(world.now(prompt)))

        stopped = "Stopped" in words(world.now(prompt))
        assert world.codearts.count("DELETE") == (0 if stopped else 1)


async def test_a_rule_chooses_by_channel(open_world: OpenWorld) -> None:
    """In one channel somebody else confirms, in the others a button suffices."""
    toml = '[[confirmation.rules]]\nchannels = ["C02PROD"]\nsecond_step = "second_person"\n'
    async with open_world(toml) as world:
        prod = world.slack.channel("C02PROD", "prod", members=[world.alice, world.bob])
        await world.delete(ANOTHER_TASK)
        await world.latest("status: success")

        await world.delete(TASK, in_=prod)
        await world.told(world.alice, "somebody else", in_=prod)
        await world.bob.clicks(delete_label(), on=prod)

        await world.latest("status: success", in_=prod)


async def test_operators_from_the_profile(open_world: OpenWorld) -> None:
    """Carol is not listed; her confirmed address makes her an operator, and whoami says from where."""
    async with open_world('[operators_from]\nemail_domain = "example.com"\n') as world:
        users = world.slack.workspace.users
        answer = await world.carol.types("/codecheck whoami", in_=world.channel)
        assert "no CodeArts Check operator" in answer.text
        users[world.carol.id] = replace(users[world.carol.id], email="carol@example.com")

        answer = await world.carol.types("/codecheck whoami", in_=world.channel)

        assert "operator `carol`, from `[operators_from] email_domain`" in answer.text
        await world.delete(by=world.carol)
        await world.latest("status: success")
        assert [gone.operator for gone in world.codearts.deletions] == ["carol"]
