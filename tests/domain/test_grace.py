"""A long grace period: when people are reminded that the deletion can still be stopped."""

from dataclasses import replace

import pytest

from bot.domain.asking import REMINDER
from bot.domain.deletion import Prompt
from bot.domain.grace import next_reminder
from bot.domain.lifecycle import State
from bot.domain.next_step import Launch, NextStep, Notify, StopForFreeze, Wait, next_step, noted
from tests.domain.samples import FREEZE, NOW, deletion

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("grace", "reminded"),
    [
        (60_000, []),
        (HOUR, []),
        (2 * HOUR, [HOUR]),
        (24 * HOUR, [HOUR]),
        (48 * HOUR, [24 * HOUR, HOUR]),
        (7 * 24 * HOUR, [24 * HOUR, HOUR]),
    ],
)
def test_when_people_are_reminded(grace: int, reminded: list[int]) -> None:
    """A day and an hour before it ends, but not of a short one; each once, and then the call comes."""
    held = deletion(State.SCHEDULED, confirmed_at=NOW, send_at=NOW + grace)
    for before in reminded:
        at = NOW + grace - before
        assert next_step(held) == Wait(at)
        held = replace(held, read_at=at)
        assert next_step(held) == Notify(REMINDER)
        held = replace(held, delivery=noted(held, REMINDER))
    assert next_step(held) == Wait(NOW + grace)


@pytest.mark.parametrize(
    ("late", "step"),
    [(30 * 60_000, Notify(REMINDER)), (0, Launch())],
    ids=["half an hour before its end", "at its end"],
)
def test_a_bot_that_was_away_reminds_once(late: int, step: NextStep) -> None:
    """Of what it missed, or not at all if it comes too late to stop anything."""
    held = deletion(State.SCHEDULED, confirmed_at=NOW, send_at=NOW + 48 * HOUR)
    held = replace(held, read_at=held.lifecycle.send_at - late)
    assert next_step(held) == step
    assert next_step(replace(held, delivery=noted(held, REMINDER))) != Notify(REMINDER)


def test_nobody_is_reminded_of_what_is_being_stopped() -> None:
    """A freeze ends it."""
    held = deletion(State.SCHEDULED, confirmed_at=NOW, send_at=NOW + 48 * HOUR, freeze=FREEZE)
    assert next_step(replace(held, read_at=NOW + 47 * HOUR)) == StopForFreeze()


@pytest.mark.parametrize("prompt", [None, Prompt("C1")], ids=["no prompt", "ephemeral"])
def test_without_a_thread_nobody_is_reminded(prompt: Prompt | None) -> None:
    """There is no place for it."""
    assert next_reminder(deletion(State.SCHEDULED, confirmed_at=NOW, send_at=NOW + 48 * HOUR, prompt=prompt)) is None
