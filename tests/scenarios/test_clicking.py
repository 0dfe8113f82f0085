"""Clicks that are doubled, late, or many at once: each step happens once."""

import asyncio

from tests.fixtures.world import CANCELLED, STEP_2, TASK, World, buttons, delete_label, second_step, words


async def test_a_second_click_on_the_first_step_never_counts_as_the_second(world: World) -> None:
    """A double click on "Review deletion…" reviews, and does not confirm."""
    prompt = await world.ask(TASK)
    await asyncio.gather(*(world.alice.clicks("Review deletion…", on=prompt, stale=True) for _ in range(10)))
    await world.latest(STEP_2)
    await world.told(world.alice, "This has moved on: reviewed")
    assert buttons(world.now(prompt)) == second_step(TASK)
    assert not world.codearts.count("DELETE")


async def test_a_click_that_slack_delivers_twice_takes_one_step(world: World) -> None:
    """Clicks carry no ID by which to tell."""
    prompt = await world.ask(TASK)
    world.slack.faults.redeliver_next(2)
    await world.review()
    assert buttons(world.now(prompt)) == second_step(TASK)
    world.slack.faults.redeliver_next(2)
    await world.confirm(TASK)
    await world.latest("status: success")
    assert world.codearts.count("DELETE") == 1


async def test_a_click_on_stale_buttons_redraws_the_prompt(world: World) -> None:
    """A screen that shows an old step gets the current one, and an explanation."""
    first = await world.ask(TASK)
    await world.review()
    edits = len(world.slack.wire.calls("chat.update"))
    await world.alice.clicks("Review deletion…", on=first, stale=True)
    await world.told(world.alice, "This has moved on: reviewed")
    await world.slack.until(lambda: len(world.slack.wire.calls("chat.update")) > edits)
    assert buttons(world.now(first)) == second_step(TASK)


async def test_a_click_on_a_confirmed_request_is_told_that_it_is_under_way_or_over(world: World) -> None:
    """The button of the second confirmation is pressed again."""
    await world.ask(TASK)
    await world.review()
    second = await world.latest(STEP_2)
    await world.confirm(TASK)
    await world.latest("status: success")
    await world.alice.clicks(delete_label(TASK), on=second, stale=True)
    await world.told(world.alice, "This has moved on: deleted")
    assert world.codearts.count("DELETE") == 1


async def test_two_hundred_confirmations_at_once_over_two_replicas_are_one_delete(world: World) -> None:
    """However many of them a slow machine acknowledges in time, one counts."""
    await world.start_replica()
    await world.ask(TASK)
    await world.review()
    second = await world.latest(STEP_2)

    answers = await asyncio.gather(*(world.alice.clicks(delete_label(TASK), on=second, stale=True) for _ in range(200)))
    result = await world.latest("status: success", "httpStatus: OK")

    assert {answer.notice for answer in answers} <= {"", "The app did not respond (operation_timeout)."}
    assert world.codearts.count("DELETE") == 1
    assert len(world.codearts.deletions) == 1
    assert [message.text for message in world.channel.messages].count(result.text) == 1
    assert buttons(world.now(second)) == []


async def test_confirming_and_cancelling_at_once_is_one_of_the_two(world: World) -> None:
    """And the channel says which."""
    await world.start_replica()
    await world.ask(TASK)
    await world.review()
    second = await world.latest(STEP_2)
    await asyncio.gather(
        *(
            world.alice.clicks(label, on=second, stale=True)
            for label in ("Keep it", delete_label(TASK))
            for _ in range(20)
        )
    )
    await world.slack.until(
        lambda: not buttons(world.now(second)) and "is being deleted" not in words(world.now(second))
    )
    cancelled = CANCELLED in words(world.now(second))
    assert world.codearts.count("DELETE") == (0 if cancelled else 1)
    assert (TASK in world.codearts.tasks) == cancelled
