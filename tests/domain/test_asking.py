"""When those who may confirm are asked and reminded, and who hears of the end."""

from dataclasses import replace

import pytest

from bot.domain.approval_wait import SecondPerson
from bot.domain.asking import APPROVERS, GLASS, REMINDER
from bot.domain.before_call import before_call
from bot.domain.deletion import BrokenGlass, Confirmation, Deletion, Returned
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.next_step import (
    REQUESTER,
    RESULT,
    Expire,
    FindApprovers,
    NextStep,
    Notify,
    Redraw,
    Show,
    Wait,
    next_step,
    noted,
    targets,
)
from bot.domain.rules import Safeguards
from tests.domain.samples import ADMIN, ALICE, BOB, EXISTS, EXPIRES_AT, FREEZE, PEOPLE, REQUESTED_AT, deletion

ASKS = SecondPerson(ttl=300_000, ask=("U2",), reminders=(60_000, 120_000))
BY_OTHERS = Safeguards(second_step="second_person", confirmers=2)
FIRST, SECOND = REQUESTED_AT + 60_000, REQUESTED_AT + 120_000


def waiting(state: State = State.REVIEWED, *, asked: bool = True, asked_at: int = 0, **changes: object) -> Deletion:
    """One that waits for others, and shows whom it asks."""
    found = deletion(state, **{"safeguards": BY_OTHERS, **changes})
    delivery = replace(found.delivery, asked=("U2",) if asked else None, asked_at=asked_at)
    found = replace(found, delivery=delivery)
    return replace(found, delivery=replace(delivery, rendered=found.appearance))


@pytest.mark.parametrize(
    ("held", "step"),
    [
        (waiting(State.REQUESTED, asked=False), Wait(EXPIRES_AT)),
        (waiting(asked=False), FindApprovers()),
        (waiting(asked=False, prompt=None), Show()),
        (waiting(asked=False, freeze=FREEZE), Wait(EXPIRES_AT)),
        (waiting(), Notify(APPROVERS)),
        (waiting(freeze=FREEZE), Wait(EXPIRES_AT)),
        (waiting(asked_at=9_000), Wait(FIRST)),
        (waiting(asked_at=9_000, read_at=FIRST - 1), Wait(FIRST)),
        (waiting(asked_at=9_000, read_at=FIRST), Notify(REMINDER)),
        (waiting(asked_at=9_000, read_at=SECOND), Notify(REMINDER)),
        (waiting(asked_at=FIRST, read_at=FIRST), Wait(SECOND)),
        (waiting(asked_at=SECOND, read_at=SECOND), Wait(EXPIRES_AT)),
        (waiting(asked_at=FIRST + 1, read_at=FIRST + 1), Wait(SECOND)),
        (waiting(asked_at=9_000, read_at=SECOND, freeze=FREEZE), Wait(EXPIRES_AT)),
        (waiting(asked_at=9_000, read_at=EXPIRES_AT), Expire()),
        (waiting(asked=False, safeguards=Safeguards()), Wait(EXPIRES_AT)),
    ],
)
def test_what_is_due(held: Deletion, step: NextStep) -> None:
    """Asked once after the review, then reminded; not while deletions are frozen, and not of what has been missed."""
    assert next_step(held, ["C9"], ASKS) == step


def test_whom_it_asks_is_found_before_the_prompt_is_drawn() -> None:
    """So that one edit shows it."""
    reviewed = waiting(asked=False)
    stale = replace(reviewed, delivery=replace(reviewed.delivery, rendered="requested"))
    assert next_step(stale, (), ASKS) == FindApprovers()
    found = replace(stale, delivery=replace(stale.delivery, asked=("U2",)))
    assert next_step(found, (), ASKS) == Redraw()


@pytest.mark.parametrize("target", [APPROVERS, REMINDER])
def test_asking_and_reminding_are_noted_by_their_time(target: str) -> None:
    """Each happens once, and starts the wait for the next."""
    held = waiting(asked_at=9_000, read_at=FIRST)
    after = replace(held, delivery=noted(held, target))
    assert after.delivery.asked_at == FIRST
    assert next_step(after, (), ASKS) == Wait(SECOND)


def test_whoever_has_to_confirm_again_is_asked_again() -> None:
    """A task that changed just before the call goes back; the requester reviews again, and others are asked again."""
    sent = waiting(State.EXECUTING, asked_at=9_000, notified=frozenset({"requested:requester", "glass"}))
    changed = replace(EXISTS, facts=replace(EXISTS.facts, branch="release"))
    back = before_call(sent, changed).deletion
    assert (back.state, back.delivery.asked, back.delivery.asked_at) == (State.REQUESTED, None, 0)
    drawn = replace(back, delivery=replace(back.delivery, rendered=back.appearance))
    assert next_step(drawn, ["C9"], ASKS) == Notify(REQUESTER)


def test_the_requester_who_confirms_alone_is_not_told_what_they_see() -> None:
    """They have just clicked, and the prompt says that it has changed."""
    back = deletion(State.REQUESTED, returned=Returned.CHANGED)
    assert next_step(back, (), ASKS) == Wait(EXPIRES_AT)


LATER = REQUESTED_AT + 600_001


def ended(state: State, ended_at: int, *others: SlackUser, **changes: object) -> Deletion:
    """One that these people confirmed, and that has ended."""
    confirmations = tuple(Confirmation(user, PEOPLE[user].operator) for user in others or (BOB,))
    done = waiting(state, confirmations=confirmations, confirmed_at=8_000, ended_at=ended_at)
    return replace(done, lifecycle=replace(done.lifecycle, **changes))  # type: ignore[arg-type]  # the fields' own names


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (ended(State.DELETED, LATER), [RESULT, REQUESTER, "C9"]),
        (ended(State.DELETED, LATER - 1), [RESULT, "C9"]),
        (ended(State.FAILED, LATER), [RESULT, REQUESTER, "C9"]),
        (ended(State.GONE, LATER), [RESULT, REQUESTER, "C9"]),
        (ended(State.DELETED, LATER, ALICE), [RESULT, "C9"]),  # Alice confirmed herself, a moment ago
        (ended(State.DELETED, LATER + 8_000, ALICE), [RESULT, REQUESTER, "C9"]),  # but the grace was long
        (ended(State.EXPIRED, 9_000), [REQUESTER, "C9"]),
        (ended(State.CANCELLED, LATER, ended_by=ALICE, ended_how=Action.CANCEL), ["C9"]),
        (ended(State.CANCELLED, 9_000, ended_by=BOB, ended_how=Action.DECLINE), [REQUESTER, "C9"]),
        (ended(State.DELETED, 9_000, broken_glass=BrokenGlass(ADMIN, "why")), [RESULT, GLASS, "C9"]),
        (waiting(State.SCHEDULED, broken_glass=BrokenGlass(ADMIN, "why")), [GLASS, "C9"]),
        (waiting(State.SCHEDULED), []),
    ],
)
def test_who_hears_of_it(held: Deletion, told: list[str]) -> None:
    """The requester, if more than ten minutes have gone by since they did anything; the others in the thread only."""
    assert targets(held, ["C9"]) == told


def test_everybody_hears_once_that_the_glass_was_broken() -> None:
    """In the grace already, and not again at the end."""
    held = waiting(State.SCHEDULED, broken_glass=BrokenGlass(ADMIN, "why"))
    held = replace(held, delivery=noted(held, GLASS))
    assert targets(held, ()) == []
    assert GLASS not in targets(replace(held, lifecycle=replace(held.lifecycle, state=State.DELETED)), ())
