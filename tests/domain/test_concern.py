"""Which pending deletions concern a person: the same as they could confirm by a click, and their own."""

from collections.abc import Collection

import pytest

from bot.domain.access import Identity
from bot.domain.concern import Mine, can_confirm, mine
from bot.domain.deletion import Confirmation, Deletion, Prompt
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.rules import LEAST, Match, Rule, Rules, Safeguards
from tests.domain.samples import ADMIN, ALICE, BOB, CAROL, EXPIRES_AT, FREEZE, PEOPLE, deletion

ONE, TWO = (Safeguards(second_step="second_person", confirmers=count) for count in (1, 2))
NOBODY: set[SlackUser] = set()
OTHERS = {BOB, CAROL, ADMIN}


def waiting(state: State = State.REVIEWED, **changes: object) -> Deletion:
    """Alice's request, which two others have to confirm."""
    return deletion(state, **{"safeguards": TWO, **changes})


@pytest.mark.parametrize(
    ("held", "who"),
    [
        (waiting(), OTHERS),
        (waiting(State.REQUESTED), NOBODY),
        (waiting(State.SCHEDULED), NOBODY),
        (waiting(State.EXECUTING), NOBODY),
        (waiting(State.EXPIRED), NOBODY),
        (waiting(confirmations=(Confirmation(BOB, "bob"),)), {CAROL, ADMIN}),
        (waiting(confirmations=(Confirmation(BOB, "CAROL"),)), {ADMIN}),
        (waiting(operator="BOB"), {CAROL, ADMIN}),
        (waiting(safeguards=Safeguards()), NOBODY),
        (waiting(safeguards=Safeguards(second_step="typed")), NOBODY),
        (waiting(prompt=Prompt("C1")), NOBODY),  # only Alice sees it
        (waiting(freeze=FREEZE), OTHERS),  # once it has ended
        (waiting(confirmable_at=0), OTHERS),  # in two seconds
        (waiting(read_at=EXPIRES_AT), NOBODY),  # nobody has swept it yet
    ],
)
def test_who_can_confirm(held: Deletion, who: Collection[SlackUser]) -> None:
    """Those whose click counts now, or will by itself."""
    assert {user for user, identity in PEOPLE.items() if can_confirm(held, identity, held.safeguards)} == who


@pytest.mark.parametrize(
    ("safeguards", "who"),
    [
        (ONE, OTHERS),
        (Safeguards(second_step="second_person", protect=True), NOBODY),
        (Safeguards(second_step=LEAST), NOBODY),
    ],
)
def test_the_settings_as_they_are_now_count_too(safeguards: Safeguards, who: Collection[SlackUser]) -> None:
    """It was requested with a button; since then a rule asks for someone else, or protects the task."""
    rules = Rules(rules=(Rule(Match(names=("webshop-*",)), safeguards),))
    held = waiting(safeguards=Safeguards())
    assert {user for user, by in PEOPLE.items() if of(by, held, rules=rules).to_confirm} == who


def test_an_admin_does_not_find_their_own_request_among_those_to_confirm() -> None:
    """Although they could break the glass."""
    admin = Identity(ALICE, "alice", admin=True)
    glass = Safeguards(second_step="second_person", break_glass=True)
    held = waiting(safeguards=glass)
    assert of(admin, held) == Mine(own=(held,))


def test_only_where_they_may() -> None:
    """In other channels their click would be refused; what they asked for there is still theirs."""
    held = waiting()
    assert of(PEOPLE[BOB], held, channels=("C2",)) == Mine()
    assert of(PEOPLE[ALICE], held, channels=()) == Mine(own=(held,))


def test_what_expires_first_comes_first() -> None:
    """In both groups."""
    late, soon = waiting(expires_at=EXPIRES_AT + 1), waiting()
    assert of(PEOPLE[BOB], late, soon) == Mine(to_confirm=(soon, late))
    assert of(PEOPLE[ALICE], late, soon) == Mine(own=(soon, late))


def of(by: Identity, *held: Deletion, channels: Collection[str] = ("C1",), rules: Rules = Rules()) -> Mine:  # noqa: B008 - frozen
    """What concerns them."""
    return mine(held, by, channels, rules, complete=True, freeze=None)
