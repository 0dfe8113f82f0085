"""A confirmation holds only for what was shown: just before the call the task is looked up again."""

import pytest

from codecheck_sandbox.codearts import Delay, Fault, Garbage, InternalError, Refuse, Throttle
from tests.fixtures.world import ANOTHER_TASK, FIRST_STEP, STEP_2, TASK, OpenWorld, World, buttons, words

CHANGES = {
    "name": ("webshop-backend", "Name: webshop-frontend → webshop-backend."),
    "project": ("Payments", "Project: Webshop → Payments."),
    "git_url": ("https://example.com/other.git", "Repository:"),
    "branch": ("release", "Branch: master → release."),
    "last_check": ("2026-11-25T08:00:00Z", "Last check:"),
}
AGAIN = ["Review again…", "Cancel"]


@pytest.mark.parametrize("fact", CHANGES)
async def test_changed_since(world: World, fact: str) -> None:
    """Nothing is sent: the prompt is back at the first step with the difference, and needs both confirmations again."""
    value, told = CHANGES[fact]
    prompt = await world.ask()
    await world.review()
    world.codearts.change(TASK, **{fact: value})  # type: ignore[arg-type]  # each is a text
    await world.confirm()

    await world.latest("has changed since you looked", told)
    assert not world.codearts.count("DELETE")
    assert buttons(world.now(prompt)) == AGAIN

    await world.alice.clicks("Review again…", on=prompt)
    await world.latest(STEP_2, told)
    await world.slack.until(lambda: len(buttons(world.now(prompt))) == 2)
    await click_red(world)
    await world.latest("status: success")
    assert world.codearts.count("DELETE") == 1


async def test_what_is_shown_again_is_complete(world: World) -> None:
    """Just before the call only what identifies the task is looked up; what it leads to shows everything again."""
    await world.ask(ANOTHER_TASK)
    await world.review()
    world.codearts.change(ANOTHER_TASK, name="webshop-renamed")
    await world.confirm(ANOTHER_TASK)
    again = await world.latest("has changed since you looked", "webshop-renamed")
    await world.alice.clicks("Review again…", on=again)
    assert "all 3 branches" in words(await world.latest(STEP_2))


async def click_red(world: World) -> None:
    """Alice presses the red button as soon as it counts."""
    prompt = world.channel.messages[0]
    for _ in range(50):
        await world.alice.clicks(buttons(world.now(prompt))[-1], on=world.now(prompt))
        if not buttons(world.now(prompt)) or "being deleted" in words(world.now(prompt)):
            return


async def test_an_old_red_button_confirms_nothing_that_has_changed(world: World) -> None:
    """On a screen that still shows the second step, a click is answered that the request has moved on."""
    await world.ask()
    await world.review()
    second = await world.latest(STEP_2)
    world.codearts.change(TASK, branch="release")
    await world.confirm()
    await world.latest("has changed since you looked")
    await world.alice.clicks("Delete webshop-frontend", on=second, stale=True)
    await world.told(world.alice, "This has moved on")
    assert not world.codearts.count("DELETE")


async def test_what_does_not_identify_a_task_may_change(world: World) -> None:
    """A task with more issues is still the same task."""
    await world.ask()
    await world.review()
    world.codearts.change(TASK, issues=(9, 9, 9, 9))
    await world.confirm()
    await world.latest("status: success")


async def test_a_check_that_has_started_in_between(world: World) -> None:
    """The service would refuse the deletion, so nothing is sent; the result says what to do."""
    await world.ask()
    await world.review()
    world.codearts.change(TASK, running=True)
    await world.confirm()
    await world.latest("was not deleted", "A check is running. Stop it or wait, then ask again.")
    assert not world.codearts.count("DELETE")


@pytest.mark.parametrize(
    "fault",
    [InternalError(500), Throttle(), Garbage(), Refuse("CC.00000003"), Refuse("CC.00050010", http=403)],
    ids=repr,
)
async def test_unreadable_just_before_the_call(world: World, fault: Fault) -> None:
    """The task could be read when it was shown: nothing is sent, the prompt says so, and people can try again."""
    prompt = await world.ask()
    await world.review()
    for api in ("GET", "defects-summary"):
        world.codearts.always_answer(fault, to=api)
    await world.confirm()

    await world.latest("webshop-frontend wasn't deleted", "couldn't check whether it has changed")
    assert buttons(world.now(prompt)) == AGAIN
    assert not world.codearts.count("DELETE")
    history = await world.bob.types(f"/codecheck history {TASK}", in_=world.channel)
    assert "it couldn't be checked whether webshop-frontend had changed" in history.text

    world.codearts.answer_as_usual()
    await world.alice.clicks("Review again…", on=prompt)
    await world.latest(STEP_2)
    await click_red(world)
    await world.latest("status: success")


async def test_frozen_between_the_look_and_the_call(open_world: OpenWorld) -> None:
    """The look-up takes a while; if an admin freezes deletions meanwhile, nothing is sent."""
    async with open_world('[allow]\nadmins = ["U01BOB"]\n') as world:
        await world.ask()
        await world.review()
        world.codearts.always_answer(Delay(1.0), to="GET")
        looks = world.codearts.count("GET")
        await world.confirm()
        await world.slack.until(lambda: world.codearts.count("GET") > looks)
        await world.bob.types("/codecheck freeze the audit is on", in_=world.channel)
        await world.latest("webshop-frontend kept · stopped by <@U01BOB>'s freeze: “the audit is on”")
        assert not world.codearts.count("DELETE")


async def test_what_could_not_be_read_when_it_was_shown(world: World) -> None:
    """Details are optional: a task that was shown and confirmed only by its ID is deleted."""
    for api in ("GET", "defects-summary"):
        world.codearts.always_answer(Refuse("CC.00050010", http=403), to=api)
    prompt = await world.ask()
    assert buttons(prompt) == FIRST_STEP
    await world.review()
    await world.alice.clicks("Delete 897acf7a…", on=prompt)
    await world.latest("status: success")
