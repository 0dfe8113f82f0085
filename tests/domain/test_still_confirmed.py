"""Just before the call: who of those who asked and confirmed still may, and what the settings ask for by then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.access import Identity
from bot.domain.decision import decide
from bot.domain.deletion import BrokenGlass, Confirmation, Deletion, Returned
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Safeguards
from bot.domain.still_confirmed import counting, objection
from tests.domain.samples import ADMIN, ALICE, BOB, CAROL, EXPIRES_AT, NOW, PEOPLE, deletion

LEFT, UNCHECKED = Refused(Reason.DEACTIVATED), Refused(Reason.NOT_CHECKED)
BY_ONE = Safeguards(second_step="second_person")
BY_TWO = replace(BY_ONE, confirmers=2)
SAME = PEOPLE


def confirmed(*given: SlackUser, safeguards: Safeguards = BY_ONE, **changes: object) -> Deletion:
    """One that these people have confirmed, and that is about to be sent."""
    confirmations = tuple(Confirmation(user, PEOPLE[user].operator) for user in given)
    return deletion(State.EXECUTING, safeguards=safeguards, confirmations=confirmations, **changes)


@pytest.mark.parametrize(
    ("given", "changes", "of_now", "left"),
    [
        ((BOB,), {}, BY_ONE, None),
        ((BOB, CAROL), {}, BY_TWO, None),
        ((BOB, CAROL), {CAROL: LEFT}, BY_TWO, (BOB,)),
        ((BOB, CAROL), {CAROL: UNCHECKED}, BY_TWO, (BOB,)),
        ((BOB, CAROL), {CAROL: UNCHECKED}, BY_ONE, None),
        ((BOB, CAROL), {CAROL: Identity(CAROL, "BOB")}, BY_TWO, (BOB,)),
        ((BOB, CAROL), {CAROL: Identity(CAROL, "Alice")}, BY_TWO, (BOB,)),
        ((BOB,), {BOB: LEFT}, BY_ONE, ()),
        ((BOB,), {}, BY_TWO, (BOB,)),
        ((BOB,), {}, replace(BY_ONE, confirmers=3), (BOB,)),
        ((ALICE,), {}, BY_ONE, ()),
        ((ALICE, BOB), {}, BY_TWO, (BOB,)),
        ((BOB, BOB), {}, BY_TWO, (BOB,)),
    ],
)
def test_who_lost_the_right_no_longer_counts(
    given: tuple[SlackUser, ...],
    changes: Mapping[SlackUser, Identity | Refused],
    of_now: Safeguards,
    left: tuple[SlackUser, ...] | None,
) -> None:
    """With too few left it waits for more, as long as when it was asked for, and those who still count stay."""
    step = objection(confirmed(*given), {**SAME, **changes}, of_now)
    if left is None:
        assert step is None
        return
    assert step is not None
    lifecycle, delivery = step.deletion.lifecycle, step.deletion.delivery
    assert (lifecycle.state, lifecycle.returned) == (State.REVIEWED, Returned.LAPSED)
    assert tuple(each.user for each in lifecycle.confirmations) == left
    assert (lifecycle.confirmable_at, lifecycle.confirmed_at, lifecycle.send_at, lifecycle.calls) == (0, 0, 0, 0)
    assert lifecycle.expires_at == NOW + EXPIRES_AT - 1_000
    assert (delivery.asked, delivery.asked_at) == (None, 0)


@pytest.mark.parametrize(
    ("now", "of_now", "reason"),
    [
        (LEFT, BY_ONE, Reason.DEACTIVATED),
        (UNCHECKED, BY_ONE, Reason.NOT_CHECKED),
        (Identity(ALICE, "alice.new"), BY_ONE, Reason.OPERATOR_CHANGED),
        (PEOPLE[ALICE], replace(BY_ONE, protect=True), Reason.PROTECTED),
    ],
)
@pytest.mark.parametrize("own", [BY_ONE, Safeguards()], ids=["by others", "by the requester"])
def test_it_fails_if_nobody_could_confirm_it(
    own: Safeguards, now: Identity | Refused, of_now: Safeguards, reason: Reason
) -> None:
    """The requester may no longer ask, or a rule has come to protect the task: nothing is sent."""
    step = objection(confirmed(BOB, safeguards=own), {**SAME, ALICE: now}, of_now)
    assert step is not None
    assert step.deletion.state is State.FAILED
    assert step.deletion.lifecycle.outcome is not None
    assert (step.deletion.lifecycle.outcome.code, step.deletion.lifecycle.outcome.sent) == (reason, False)


def test_what_the_requester_confirmed_is_not_enough_any_more() -> None:
    """The settings have come to ask for someone else meanwhile."""
    step = objection(confirmed(ALICE, safeguards=Safeguards()), SAME, BY_ONE)
    assert step is not None
    assert step.deletion.state is State.REVIEWED
    assert objection(confirmed(ALICE, safeguards=Safeguards()), SAME, Safeguards()) is None


GLASS = BrokenGlass(ADMIN, "prod is down")
ALLOWED = replace(BY_TWO, break_glass=True)
AN_ADMIN = replace(PEOPLE[ADMIN], admin=True)


@pytest.mark.parametrize(
    ("admin", "own", "of_now", "holds"),
    [
        (AN_ADMIN, ALLOWED, ALLOWED, True),
        (PEOPLE[ADMIN], ALLOWED, ALLOWED, False),
        (LEFT, ALLOWED, ALLOWED, False),
        (AN_ADMIN, BY_TWO, ALLOWED, False),
        (AN_ADMIN, ALLOWED, BY_TWO, False),
    ],
)
def test_broken_glass_holds_as_long_as_the_admin_and_the_settings_do(
    admin: Identity | Refused,
    own: Safeguards,
    of_now: Safeguards,
    holds: bool,
) -> None:
    """Otherwise the admin counts as anybody else does."""
    step = objection(confirmed(ADMIN, safeguards=own, broken_glass=GLASS), {**SAME, ADMIN: admin}, of_now)
    assert (step is None) is holds
    assert step is None or step.deletion.lifecycle.broken_glass is None


# --- breaking it ----------------------------------------------------------------------------------------------------

WHY, NAME = "prod is down", "webshop-frontend"


def glass_cases() -> Iterator[tuple[SlackUser, bool, bool, bool, str, str | None, bool, State]]:
    """Who, whether an admin, whether allowed, whether by others; why, typed; whether the requester may; the state."""
    booleans = (False, True)
    return product(
        (ALICE, BOB, ADMIN),
        booleans,
        booleans,
        booleans,
        (WHY, "too short"),
        (None, NAME, "webshop"),
        booleans,
        State,
    )


def test_every_attempt_to_break_the_glass() -> None:
    """Admins only, where the settings let them, with a reason and the typed name, and while it waits."""
    for case in glass_cases():
        by, admin, allowed, others, why, typed, barred, state = case
        safeguards = Safeguards(second_step="second_person" if others else "button", break_glass=allowed)
        decision = decide(
            deletion(state, safeguards=safeguards),
            Action.BREAK_GLASS,
            replace(PEOPLE[by], admin=admin),
            safeguards,
            requester=None if barred else PEOPLE[ALICE],
            typed=typed,
            why=why,
        )
        ladder = [
            (Reason.NOT_REQUESTER, by != ALICE and not others),
            (Reason.NOT_REVIEWED, by != ALICE and state is State.REQUESTED),
            (Reason.OTHER_STATE, state is not State.REVIEWED),
            (Reason.NO_BREAK_GLASS, not (others and allowed)),
            (Reason.NOT_ADMIN, not admin),
            (Reason.REQUESTER_BARRED, barred),
            (Reason.NAME_NOT_TYPED, typed is None),
            (Reason.WRONG_NAME, typed == "webshop"),
            (Reason.WHY_TOO_SHORT, why != WHY),
            (Reason.ALLOWED, True),
        ]
        assert decision.reason == next(reason for reason, holds in ladder if holds), case
        if decision.lifecycle is not None:
            assert decision.lifecycle.broken_glass == BrokenGlass(by, WHY)
            assert decision.lifecycle.state is State.EXECUTING


# --- any order ------------------------------------------------------------------------------------------------------

CROWD = [ALICE, BOB, CAROL, ADMIN]
NAMES = ["Alice", "BOB", "carol"]


@dataclass(frozen=True)
class Moment:
    """Who does what, and what is true at that moment."""

    by: SlackUser
    action: Action
    operators: tuple[str, ...]
    may: tuple[bool, ...]
    confirmers: int
    wait: int = field(default=0)


MOMENTS = st.builds(
    Moment,
    by=st.sampled_from([ALICE, ADMIN, BOB, BOB, CAROL, CAROL]),
    action=st.sampled_from([Action.CONFIRM, Action.CONFIRM, Action.CONFIRM, Action.WITHDRAW]),
    operators=st.tuples(*(st.sampled_from([PEOPLE[user].operator, *NAMES]) for user in CROWD)),
    may=st.tuples(*(st.sampled_from([True, True, True, True, True, False]) for _ in CROWD)),
    confirmers=st.sampled_from([1, 2, 2, 2, 3]),
)


@settings(max_examples=600)
@given(st.lists(MOMENTS, min_size=1, max_size=12), st.sampled_from([0, 60_000]))
def test_nothing_launches_without_so_many_distinct_others(moments: list[Moment], grace: int) -> None:
    """Whatever people do and whatever becomes of them: so many others, who still may, stand behind the call."""
    held = deletion(State.REVIEWED, safeguards=replace(BY_ONE, grace=grace))
    standing: set[SlackUser] = set()
    for moment in moments:
        people: dict[SlackUser, Identity | Refused] = {
            user: Identity(user, operator) if may else LEFT
            for user, operator, may in zip(CROWD, moment.operators, moment.may, strict=True)
        }
        of_now = replace(BY_ONE, confirmers=moment.confirmers)
        by, requester = people[moment.by], people[ALICE]
        if isinstance(by, Identity):
            decision = decide(
                held, moment.action, by, of_now, requester=requester if isinstance(requester, Identity) else None
            )
            if decision.lifecycle is not None:
                held = replace(held, lifecycle=decision.lifecycle)
                if moment.action is Action.CONFIRM:
                    standing.add(moment.by)
                else:
                    standing.discard(moment.by)
                    held = shown_again(held)
        if held.state is State.SCHEDULED:
            held = replace(held, lifecycle=replace(held.lifecycle, state=State.EXECUTING, calls=1))
        if held.state is not State.EXECUTING:
            continue
        step = objection(held, people, of_now)
        if step is None:
            assert enough(standing, people, moment.confirmers)
            return
        if step.deletion.ended:
            return
        held = shown_again(step.deletion)
        standing = {each.user for each in held.lifecycle.confirmations}
        assert not enough(standing, people, moment.confirmers)


def shown_again(held: Deletion) -> Deletion:
    """Its button has been drawn again."""
    return replace(held, lifecycle=replace(held.lifecycle, confirmable_at=held.lifecycle.confirmable_at or 1))


def enough(standing: set[SlackUser], people: Mapping[SlackUser, Identity | Refused], wanted: int) -> bool:
    """Whether some `wanted` of them are others, all of whom may, with as many operators, none of them Alice's."""

    def count(group: tuple[SlackUser, ...]) -> bool:
        found = [people[user] for user in group]
        names = {each.operator.casefold() for each in found if isinstance(each, Identity)} - {"alice"}
        return len(names) == wanted

    others = sorted(standing - {ALICE}, key=lambda user: user.id)
    return any(count(group) for group in combinations(others, wanted))


def test_the_order_of_confirmations_does_not_matter_for_one_operator() -> None:
    """Of two with the same operator one counts: the first."""
    both = {**SAME, CAROL: Identity(CAROL, "bob")}
    assert [each.user for each in counting(confirmed(BOB, CAROL), both)] == [BOB]
    assert [each.user for each in counting(confirmed(CAROL, BOB), both)] == [CAROL]
