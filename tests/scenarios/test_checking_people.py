"""What Slack says about people counts at every step, and if Slack does not answer, nothing is deleted."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from codecheck_sandbox.slack import ApiError, Drop, Hang, Person, RateLimited, ServerError, Slow
from codecheck_sandbox.slack.conversations import User
from codecheck_sandbox.slack.faults import Fault
from tests.fixtures.world import (
    CANCELLED,
    STEP_2,
    TASK,
    OpenWorld,
    World,
    buttons,
    delete_label,
    second_step,
    words,
)

BY_TWO = '[confirmation]\nsecond_step = "second_person"\n'
IN_GROUP = '[allow]\nusergroups = ["S01DELETERS"]\n'

Change = Callable[[User], User]

BARRED = [
    pytest.param(lambda user: replace(user, is_restricted=True), "Guests can't delete check tasks", id="guest"),
    pytest.param(
        lambda user: replace(user, is_ultra_restricted=True),
        "Guests can't delete check tasks",
        id="guest of one",
    ),
    pytest.param(lambda user: replace(user, is_bot=True), "Only people can delete check tasks", id="bot"),
    pytest.param(lambda user: replace(user, deleted=True), "this account is deactivated", id="deactivated"),
]
UNREACHABLE: list[Fault] = [Hang(), Slow(2.0), Drop(), ServerError(), RateLimited(30), ApiError("internal_error")]


def becomes(world: World, person: Person, change: Change) -> None:
    """Slack knows something else about a person from now on, but their client has not noticed yet."""
    users = world.slack.workspace.users
    users[person.id] = change(users[person.id])


@pytest.mark.parametrize(("change", "why"), BARRED)
async def test_who_is_no_member_cannot_ask(world: World, change: Change, why: str) -> None:
    """Guests, bots and closed accounts are refused although `[operators]` lists them, and told why."""
    becomes(world, world.alice, change)
    answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert why in answer.text
    assert world.channel.messages == []


@pytest.mark.parametrize(("change", "why"), BARRED)
async def test_who_is_no_member_any_more_cannot_confirm(world: World, change: Change, why: str) -> None:
    """What holds at the request must hold at the last click, however fresh the bot's cache is."""
    prompt = await world.ask()
    await world.review()
    becomes(world, world.alice, change)
    await world.confirm()
    await world.told(world.alice, why)
    assert STEP_2 in words(world.now(prompt))
    assert not world.codearts.count("DELETE")


@pytest.mark.parametrize(("change", "why"), BARRED)
async def test_who_is_no_member_cannot_be_the_second_person(open_world: OpenWorld, change: Change, why: str) -> None:
    """Bob can neither confirm nor cancel: he is listed, but no longer a member."""
    async with open_world(BY_TWO) as world:
        prompt = await world.ask()
        await world.review()
        becomes(world, world.bob, change)
        await world.confirm(by=world.bob)
        await world.told(world.bob, why)
        await world.bob.clicks("Keep it", on=prompt)
        await world.slack.until(lambda: sum(why in seen.text for seen in world.bob.sees(world.channel)) == 2)
        assert STEP_2 in words(world.now(prompt))
        assert not world.codearts.count("DELETE")


@pytest.mark.parametrize("fault", UNREACHABLE, ids=repr)
async def test_whom_slack_does_not_tell_of_cannot_ask(world: World, fault: Fault) -> None:
    """The answer comes before Slack's timeout and says what is wrong; a moment later it works."""
    world.slack.faults.fail_always("users.info", fault)
    answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert not answer.notice
    assert "Slack didn't say who you are" in answer.text
    assert world.channel.messages == []
    world.slack.faults.clear("users.info")
    await world.ask()


@pytest.mark.parametrize("fault", UNREACHABLE, ids=repr)
async def test_whom_slack_does_not_tell_of_cannot_confirm_but_cancel(world: World, fault: Fault) -> None:
    """A second confirmation never relies on the cache; what only keeps the task does not need Slack's answer."""
    prompt = await world.ask()
    await world.review()
    world.slack.faults.fail_always("users.info", fault)
    answer = await world.alice.clicks(delete_label(), on=prompt)
    assert not answer.notice
    await world.told(world.alice, "Slack didn't say who you are")
    assert STEP_2 in words(world.now(prompt))
    answer = await world.alice.clicks("Keep it", on=prompt)
    assert not answer.notice
    await world.latest(CANCELLED)
    assert not world.codearts.count("DELETE")


async def test_a_requester_of_whom_slack_does_not_tell_is_not_confirmed_by_another(open_world: OpenWorld) -> None:
    """Bob can be checked, but Alice cannot, so the bot does not know whether she may still ask."""
    async with open_world(BY_TWO) as world:
        await world.ask()
        await world.review()
        del world.slack.workspace.users[world.alice.id]
        await world.confirm(by=world.bob)
        await world.told(world.bob, "Slack didn't say whether <@U01ALICE> may still ask for it")
        assert not world.codearts.count("DELETE")


@pytest.mark.parametrize("fault", [*UNREACHABLE, ApiError("missing_scope"), ApiError("no_such_subteam")], ids=repr)
async def test_user_groups_that_cannot_be_asked_for_let_nobody_in(open_world: OpenWorld, fault: Fault) -> None:
    """The refusal says so before the deadline, and a moment later it works."""
    async with open_world(IN_GROUP) as world:
        world.slack.usergroup("S01DELETERS", [world.alice])
        world.slack.faults.fail_always("usergroups.users.list", fault)
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert not answer.notice
        assert "Slack didn't say who is in the groups that may delete check tasks" in answer.text
        world.slack.faults.clear("usergroups.users.list")
        await world.ask()


async def test_user_groups_that_cannot_be_asked_for_between_the_steps(open_world: OpenWorld) -> None:
    """Having been a member a minute ago is not enough to confirm; cancelling is still possible."""
    async with open_world(IN_GROUP) as world:
        world.slack.usergroup("S01DELETERS", [world.alice])
        await world.ask()
        await world.review()
        world.slack.faults.fail_always("usergroups.users.list", Hang())
        await world.confirm()
        await world.told(world.alice, "Slack didn't say who is in the groups")
        assert not world.codearts.count("DELETE")
        await world.alice.clicks("Keep it", on=world.channel)
        await world.latest(CANCELLED)


@pytest.mark.parametrize("leaves", ["requester", "second person"])
async def test_permission_withdrawn_before_the_second_person_confirms(open_world: OpenWorld, leaves: str) -> None:
    """Both must be allowed at the moment of the second confirmation; Bob is told which of them is not."""
    async with open_world(BY_TWO + IN_GROUP) as world:
        world.slack.usergroup("S01DELETERS", [world.alice, world.bob])
        prompt = await world.ask()
        await world.review()
        world.slack.usergroup("S01DELETERS", [world.bob if leaves == "requester" else world.alice])
        await world.confirm(by=world.bob)
        why = (
            "may no longer delete check tasks"
            if leaves == "requester"
            else "You aren't among the people who may delete check tasks"
        )
        await world.told(world.bob, why)
        assert STEP_2 in words(world.now(prompt))
        assert not world.codearts.count("DELETE")


@pytest.mark.parametrize(
    ("toml", "button", "left"),
    [
        ("", delete_label(), second_step()),
        ('[confirmation]\nsecond_step = "typed"\n', delete_label(typed=True), second_step(typed=True)),
        (BY_TWO, "Keep it", ["Keep it", "Decline…", delete_label()]),
        ("[confirmation]\ngrace_seconds = 600\n", "Stop", ["Stop"]),
    ],
    ids=["button", "typed", "second person", "grace"],
)
async def test_a_stranger_presses_no_button(open_world: OpenWorld, toml: str, button: str, left: list[str]) -> None:
    """Someone from another workspace sees the buttons in a shared channel: no modal opens, and nothing changes."""
    async with open_world(toml) as world:
        stranger = world.slack.user("U09MALLORY", "mallory", team_id="T09OTHER")
        world.channel.members.add(stranger.id)
        prompt = await world.ask()
        await world.review()
        if button == "Stop":
            await world.confirm()
            await world.latest("will be deleted at")
        await stranger.clicks(button, on=prompt)
        told = await world.told(stranger, "Only members of the workspace that runs this bot")
        assert TASK not in words(told)
        assert stranger.view is None
        assert buttons(world.now(prompt)) == left
        assert not world.codearts.count("DELETE")
