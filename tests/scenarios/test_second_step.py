"""How the second confirmation is given: a button, typing the task's ID, or a second person; and the grace period."""

import asyncio
from dataclasses import replace

import pytest

from codecheck_sandbox.slack import Message, View
from tests.fixtures.world import ANOTHER_TASK, CANCELLED, STEP_2, TASK, OpenWorld, World, buttons, delete_label, words

LABEL = "Type webshop-frontend to confirm"
TYPED = '[confirmation]\nsecond_step = "typed"\n'
BY_TWO = '[confirmation]\nsecond_step = "second_person"\n'
WITH_GRACE = "[confirmation]\ngrace_seconds = {}\n"


async def modal(world: World) -> View:
    """The modal that has opened on Alice's screen."""
    return (await world.slack.until(lambda: world.alice.views))[-1]


@pytest.mark.parametrize(
    "typed",
    ["webshop-frontend", "  webshop-frontend ", "webshop\u2060-frontend", TASK, f"  {TASK} "],
    ids=["the name", "with spaces", "with what cannot be seen", "the ID", "the ID with spaces"],
)
async def test_the_task_is_typed(open_world: OpenWorld, typed: str) -> None:
    """The review opens a modal; the task's name or ID, typed there, is the second confirmation."""
    async with open_world(TYPED) as world:
        await world.ask()
        await world.review()
        await modal(world)

        answer = await world.alice.submits({LABEL: typed})

        assert not answer.errors
        assert world.alice.view is None
        await world.latest("status: success", "httpStatus: OK")
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Webshop-Frontend", "check upper and lower case"),
        (TASK.upper(), "check upper and lower case"),
        ("webshop-search-old", "isn't the task's name"),
        (ANOTHER_TASK, "isn't the task's name"),
        ("webshop-fronten", "isn't the task's name"),
        (TASK[:-1], "isn't the task's name"),
    ],
    ids=["case", "the ID's case", "another", "another's ID", "cut", "the ID, cut"],
)
async def test_a_wrong_name_confirms_nothing(open_world: OpenWorld, typed: str, told: str) -> None:
    """The modal says so beside the input, without showing the right name, and Alice can try again."""
    async with open_world(TYPED) as world:
        await world.ask()
        await world.review()
        await modal(world)

        answer = await world.alice.submits({LABEL: typed})

        assert told in answer.errors["task_id"]
        assert TASK not in answer.errors["task_id"]
        assert "webshop-frontend" not in answer.errors["task_id"]
        assert not world.codearts.count("DELETE")
        await world.alice.submits({LABEL: TASK})
        await world.latest("status: success")


async def test_the_button_opens_the_modal_and_confirms_nothing(open_world: OpenWorld) -> None:
    """Closing the modal changes nothing; the prompt's delete button opens it again, and does not confirm."""
    async with open_world(TYPED) as world:
        prompt = await world.ask()
        await world.review()
        await modal(world)
        await world.alice.closes()

        await world.confirm(typed=True)
        await modal(world)

        assert STEP_2 in words(world.now(prompt))
        assert not world.codearts.count("DELETE")
        await world.alice.clicks("Keep it", on=world.channel)
        await world.latest(CANCELLED)
        await world.alice.submits({LABEL: TASK})
        view = await modal(world)
        assert view.modal.title.text == "Not confirmed"
        assert not world.codearts.count("DELETE")


async def test_somebody_else_confirms(open_world: OpenWorld) -> None:
    """The requester cannot confirm, but a colleague can; the operator is the requester's, and both people are named."""
    async with open_world(BY_TWO) as world:
        prompt = await world.ask()
        await world.review()
        await world.confirm()
        await world.told(world.alice, "someone else")
        await world.confirm(by=world.carol)
        await world.told(world.carol, "no CodeArts user is set for you")
        assert STEP_2 in words(world.now(prompt))
        assert not world.codearts.count("DELETE")

        await world.confirm(by=world.bob)

        result = await world.latest("status: success", "httpStatus: OK")
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]
        assert "<@U01ALICE> as operator alice" in words(result)
        assert "confirmed by <@U01BOB>" in words(result)


async def test_a_stranger_confirms_nothing(open_world: OpenWorld) -> None:
    """A member of another workspace sees the buttons in a shared channel, and learns nothing from pressing them."""
    async with open_world(BY_TWO) as world:
        stranger = world.slack.user("U01BOBBY", "bobby", team_id="T09OTHER")
        world.channel.members.add(stranger.id)
        await world.ask()
        await world.review()

        await world.confirm(by=stranger)

        told = await world.told(stranger, "Only members of the workspace")
        assert TASK not in words(told)
        assert not world.codearts.count("DELETE")


async def test_where_nobody_else_would_see_it(open_world: OpenWorld) -> None:
    """Without the bot in the channel nobody else sees the prompt: the request ends at once, and says what to do."""
    async with open_world(BY_TWO) as world:
        world.slack.remove_bot(world.channel)

        await world.ask()

        said = await world.told(world.alice, "webshop-frontend kept", "Someone else has to confirm", "Invite the bot")
        assert "cancelled by" not in words(said)
        assert buttons(said) == []


async def test_permission_withdrawn_between_the_steps(open_world: OpenWorld) -> None:
    """Someone who leaves the user group after the first step cannot take the second."""
    async with open_world('[allow]\nusergroups = ["S01DELETERS"]\n') as world:
        world.slack.usergroup("S01DELETERS", [world.alice])
        await world.ask()
        await world.review()
        world.slack.usergroup("S01DELETERS", [world.bob])

        await world.confirm()

        await world.told(world.alice, "You aren't among the people who may delete check tasks")
        assert not world.codearts.count("DELETE")


@pytest.mark.parametrize("toml", ["", BY_TWO], ids=["by the requester", "by someone else"])
async def test_a_requester_deactivated_between_the_steps(open_world: OpenWorld, toml: str) -> None:
    """If the requester's account is closed, neither their own last click nor a colleague's confirms."""
    async with open_world(toml) as world:
        await world.ask()
        await world.review()
        users = world.slack.workspace.users
        users[world.alice.id] = replace(users[world.alice.id], deleted=True)  # their client has not noticed yet
        presses = world.bob if toml else world.alice

        await world.confirm(by=presses)

        await world.told(presses, "may no longer delete check tasks" if toml else "deactivated")
        assert not world.codearts.count("DELETE")


async def test_anyone_allowed_can_stop_it(open_world: OpenWorld) -> None:
    """The prompt has one button in the grace period; if it is pressed, nothing is sent, and the prompt says by whom."""
    async with open_world(WITH_GRACE.format(60)) as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        assert buttons(world.now(prompt)) == ["Stop"]

        await world.bob.clicks("Stop", on=world.channel)

        await world.latest("kept · stopped by <@U01BOB>")
        assert not world.codearts.count("DELETE")


async def test_the_thread_is_reminded_in_a_long_grace(open_world: OpenWorld) -> None:
    """A day and an hour before a week has passed, with the time; then it can still be stopped."""
    async with open_world(WITH_GRACE.format(7 * 24 * 3_600)) as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        await world.pass_time(6 * 24 * 3_600 + 60)
        first = (await world.slack.until(lambda: replies(world, prompt)))[0]
        assert "webshop-frontend will be deleted at" in words(first)
        assert "can still stop it" in words(first)
        assert not first.broadcast
        await world.pass_time(23 * 3_600)
        await world.slack.until(lambda: len(replies(world, prompt)) == 2)
        await world.bob.clicks("Stop", on=world.now(prompt))
        await world.latest("kept · stopped by <@U01BOB>")
        assert not world.codearts.count("DELETE")


def replies(world: World, prompt: Message) -> list[Message]:
    """What stands in a prompt's thread."""
    return [seen for seen in world.channel.messages if seen.thread_ts == prompt.ts]


async def test_a_grace_survives_a_restart(open_world: OpenWorld) -> None:
    """The process that runs when it ends sends the call, once."""
    async with open_world(WITH_GRACE.format(2)) as world:
        await world.delete()
        await world.latest("will be deleted at")

        await world.restart(WITH_GRACE.format(2))

        await world.latest("status: success", "httpStatus: OK")
        assert world.codearts.count("DELETE") == 1


async def test_a_stop_at_the_last_moment_has_one_winner(open_world: OpenWorld) -> None:
    """Either it was stopped and nothing was sent, or it was sent and the person is told that they were too late."""
    async with open_world(WITH_GRACE.format(1)) as world:
        prompt = await world.delete()
        await world.latest("will be deleted at")
        shown = world.now(prompt)

        await asyncio.gather(*(who.clicks("Stop", on=shown, stale=True) for who in (world.alice, world.bob)))
        await world.slack.until(lambda: not buttons(world.now(prompt)))

        stopped = "stopped by" in words(world.now(prompt))
        assert world.codearts.count("DELETE") == (0 if stopped else 1)


async def test_a_rule_chooses_by_channel(open_world: OpenWorld) -> None:
    """In one channel someone else must confirm; in the others a button is enough."""
    toml = '[[confirmation.rules]]\nchannels = ["C02PROD"]\nsecond_step = "second_person"\n'
    async with open_world(toml) as world:
        prod = world.slack.channel("C02PROD", "prod", members=[world.alice, world.bob])
        await world.delete(ANOTHER_TASK)
        await world.latest("status: success")

        await world.delete(TASK, in_=prod)
        await world.told(world.alice, "someone else", in_=prod)
        await world.bob.clicks(delete_label(), on=prod)

        await world.latest("status: success", in_=prod)


async def test_operators_from_the_profile(open_world: OpenWorld) -> None:
    """Carol is not listed; her confirmed address gives her an operator, and whoami says where it comes from."""
    async with open_world('[operators_from]\nemail_domain = "example.com"\n') as world:
        users = world.slack.workspace.users
        dave = world.slack.user("U01DAVE", "dave")
        world.channel.members.add(dave.id)
        answer = await dave.types("/codecheck whoami", in_=world.channel)
        assert "no CodeArts user is set for you" in answer.text
        users[world.carol.id] = replace(users[world.carol.id], email="carol@example.com")

        answer = await world.carol.types("/codecheck whoami", in_=world.channel)

        assert "You are carol in CodeArts." in answer.text
        assert "operator `carol`, from `[operators_from] email_domain`" in answer.text
        await world.delete(by=world.carol)
        await world.latest("status: success")
        assert [gone.operator for gone in world.codearts.deletions] == ["carol"]
