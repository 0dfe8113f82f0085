"""A slip does not confirm anything: the red button counts only after it has been shown for a while.

The usual 2 s are 30 s here and all other times 15 times as long, so that a slow machine makes no difference; time is
moved forward in Redis instead of waiting. One test waits for the real 2 s.
"""

import asyncio

import pytest

from tests.fixtures.world import STEP_2, OpenWorld, World, buttons, second_step, words

SCALE = 15
DWELL = f"[confirmation]\ndwell_seconds = {2 * SCALE}\n"


@pytest.mark.parametrize("seconds", [0, 0.15, 0.3, 1.0, 1.9])
async def test_a_second_click_that_comes_too_soon(open_world: OpenWorld, seconds: float) -> None:
    """The person is told privately; the prompt stays as it was, and nothing is sent."""
    async with open_world(DWELL) as world:
        prompt = await world.ask()
        await world.review()
        await world.pass_time(seconds * SCALE)

        await world.confirm()

        left = 30 - round(seconds * SCALE)
        said = words(await world.told(world.alice, "That was quick!", "Have a look first; the button works in"))
        assert left - 10 < int(said.partition("works in ")[2].split()[0]) <= left + 1  # the machine may be slow
        assert buttons(world.now(prompt)) == second_step()
        assert world.alice.sees(world.channel)[-1].only_for == world.alice.id
        assert not world.codearts.count("DELETE")


async def test_a_second_click_after_a_look(open_world: OpenWorld) -> None:
    """2.1 s after the button was shown, the click deletes."""
    async with open_world(DWELL) as world:
        await world.ask()
        await world.review()
        await world.pass_time(2.1 * SCALE)
        await world.confirm()
        await world.latest("status: success", "httpStatus: OK")
        assert world.codearts.count("DELETE") == 1


async def test_two_seconds_by_a_real_clock(open_world: OpenWorld) -> None:
    """With the default setting a double click is too soon, and a click two seconds later counts."""
    async with open_world("[confirmation]\ndwell_seconds = 2\n") as world:
        await world.ask()
        await world.review()
        second = await world.latest(STEP_2)
        await asyncio.gather(*(world.alice.clicks(second_step()[1], on=second) for _ in range(2)))
        await world.told(world.alice, "That was quick!")
        assert not world.codearts.count("DELETE")
        await asyncio.sleep(2.1)
        await world.confirm()
        await world.latest("status: success")
        assert world.codearts.count("DELETE") == 1


async def test_reviewing_again_resets_nothing(open_world: OpenWorld) -> None:
    """On a screen that still shows the first step, a click is answered that it is late, and the time goes on."""
    async with open_world(DWELL) as world:
        first = await world.ask()
        await world.review()
        await world.pass_time(2.1 * SCALE)
        await world.alice.clicks("Review deletion…", on=first, stale=True)
        await world.told(world.alice, "This has moved on: reviewed")
        await world.confirm()
        await world.latest("status: success")


async def test_a_restart_resets_nothing(open_world: OpenWorld) -> None:
    """Redis holds the time at which the button was shown, so another replica counts from the same moment."""
    async with open_world(DWELL) as world:
        await world.ask()
        await world.review()
        await world.restart(DWELL)
        await world.confirm()
        await world.told(world.alice, "That was quick!")
        await world.pass_time(2.1 * SCALE)
        await world.confirm()
        await world.latest("status: success")


async def test_keeping_the_task_is_never_too_soon(open_world: OpenWorld) -> None:
    """Only buttons that delete have to wait."""
    async with open_world(DWELL) as world:
        await world.ask()
        await world.review()
        await world.alice.clicks("Keep it", on=world.channel)
        await world.latest("kept · cancelled by <@U01ALICE>")


async def test_a_second_person_has_to_look_too(open_world: OpenWorld) -> None:
    """The button must have been shown long enough for the approver too."""
    async with open_world(f'{DWELL}second_step = "second_person"\n') as world:
        await world.ask()
        await world.review()
        await world.confirm(by=world.bob)
        await world.told(world.bob, "That was quick!")
        assert not world.codearts.count("DELETE")
        await world.pass_time(2.1 * SCALE)
        await world.confirm(by=world.bob)
        await world.latest("status: success")


async def test_a_freeze_starts_the_time_again(open_world: OpenWorld) -> None:
    """The button went and came back, perhaps under someone's pointer, so the time starts again."""
    async with open_world(f'{DWELL}[allow]\nadmins = ["U01BOB"]\n') as world:
        prompt = await world.ask()
        await world.review()
        await world.pass_time(2.1 * SCALE)
        await world.bob.types("/codecheck freeze", in_=world.channel)
        await world.slack.until(lambda: buttons(world.now(prompt)) == ["Keep it"])
        await world.pass_time(2.1 * SCALE)  # without the button
        await world.bob.types("/codecheck unfreeze", in_=world.channel)
        await world.slack.until(lambda: buttons(world.now(prompt)) == second_step())
        await world.confirm()
        await world.told(world.alice, "That was quick!")
        assert not world.codearts.count("DELETE")


async def test_the_red_button_is_never_where_a_button_of_the_first_step_was(world: World) -> None:
    """In the first step the buttons are in one row; in the second the red one has its own row, further down."""
    prompt = await world.ask()
    first = [block.type for block in prompt.blocks]
    await world.review()
    second = world.now(prompt)
    rows = [at for at, block in enumerate(second.blocks) if block.type == "actions"]
    assert first.index("actions") in rows[:-1]
    assert rows[-1] > first.index("actions")
