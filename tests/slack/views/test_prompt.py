"""The prompt: which buttons it has in which state, and where the dangerous one is."""

from dataclasses import replace
from itertools import product

import pytest

from bot.domain.facts import CheckState, Difference, LookUp, Presence
from bot.slack.views.layout import Layout, drawn
from bot.slack.views.prompt import prompt
from bot.slack.views.shown import ENDED, FrozenBy, Shown, Stage
from tests.slack.views.states import ALICE, ASKED, AT, BOB, DANA, FACTS, HOUR, MINUTE, REVIEWED, SECOND_PERSON, STATES


def buttons(layout: Layout) -> list[tuple[str, str, str, str | None]]:
    """Label, action ID, value and style of each button."""
    rows = [block for block in drawn(layout).blocks if block["type"] == "actions"]
    return [
        (each["text"]["text"], each["action_id"], each["value"], each.get("style"))
        for row in rows
        for each in row["elements"]
    ]


def labels(shown: Shown) -> list[str]:
    """What stands on the buttons, the red one marked."""
    return [f"{label}{'!' if style else ''}" for label, _, _, style in buttons(prompt(shown))]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (ASKED, ["Review deletion…", "Cancel"]),
        (STATES["changed"], ["Review again…", "Cancel"]),
        (STATES["unreadable"], ["Review again…", "Cancel"]),
        (REVIEWED, ["Keep it", "Delete webshop-frontend!"]),
        (STATES["typed"], ["Keep it", "Delete webshop-frontend…!"]),
        (SECOND_PERSON, ["Keep it", "Decline…", "Delete webshop-frontend!"]),
        (STATES["frozen"], ["Keep it"]),
        (replace(SECOND_PERSON, freeze=FrozenBy(DANA, AT)), ["Keep it", "Decline…"]),
        (STATES["scheduled"], ["Stop"]),
        (replace(REVIEWED, look_up=None), ["Keep it", "Delete 897acf13…!"]),
    ],
)
def test_buttons_are_verbs_with_their_object(shown: Shown, expected: list[str]) -> None:
    """The red one names the task; under a freeze it is not there."""
    assert labels(shown) == expected


@pytest.mark.parametrize("stage", sorted(ENDED | {Stage.EXECUTING, Stage.ACCEPTED, Stage.UNKNOWN}))
def test_what_can_no_longer_be_decided_has_no_buttons(stage: Stage) -> None:
    """Whatever else is known of it."""
    assert labels(replace(SECOND_PERSON, stage=stage, freeze=FrozenBy(DANA, AT))) == []


@pytest.mark.parametrize("name", STATES)
def test_a_button_carries_the_deletion_s_id_and_nothing_more(name: str) -> None:
    """And its action is one of the contract's."""
    ways = ("review", "confirm", "withdraw", "break_glass", "cancel", "stop", "decline")
    actions = {f"deletion.{way}" for way in ways}
    for _, action, value, _ in buttons(prompt(STATES[name])):
        assert (action in actions, value) == (True, "k" * 22)


def rows_above(shown: Shown, style: str | None) -> int:
    """How many lines and rows stand above the first button of that style."""
    rows = 0
    for as_dict in drawn(prompt(shown)).blocks:
        if as_dict["type"] == "actions":
            if any(each.get("style") == style for each in as_dict["elements"]):
                return rows
            rows += 1
        else:
            texts = [as_dict["text"]] if as_dict["type"] == "section" else as_dict["elements"]
            rows += sum(each["text"].count("\n") + 1 for each in texts)
    raise AssertionError("there is no such button")


FACTS_KNOWN = [
    None,
    LookUp(Presence.UNKNOWN),
    LookUp(Presence.EXISTS, FACTS),
    LookUp(Presence.EXISTS, replace(FACTS, check_state=CheckState.RUNNING)),
]


@pytest.mark.parametrize(
    ("look_up", "reason", "warnings", "others"),
    list(product(FACTS_KNOWN, ["", "replaced by shop2"], [(), ("Ask first.", "Twice.")], [0, 2])),
)
@pytest.mark.parametrize(("first", "changes"), [(Stage.ASKED, 0), (Stage.UNREADABLE, 0), (Stage.CHANGED, 6)])
def test_the_red_button_is_below_where_the_first_step_had_its_buttons(  # noqa: PLR0913, PLR0917 - all that it shows
    first: Stage, changes: int, look_up: LookUp | None, reason: str, warnings: tuple[str, ...], others: int
) -> None:
    """A double click on "Review deletion…" meets no button that deletes, whatever else the prompt shows."""
    asked = replace(ASKED, stage=first, look_up=look_up, reason=reason, warnings=warnings, others=others, asked=(BOB,))
    asked = replace(asked, differences=(Difference("branch", "main", "release"),) * changes)
    assert rows_above(replace(asked, stage=Stage.REVIEWED), "danger") >= rows_above(asked, None) + 2


def test_a_countdown_is_true_at_any_time() -> None:
    """The prompt names the second at which the task goes, whether six seconds are left or six days."""
    for left in (6_000, 30_000, 6 * 24 * HOUR):
        said = drawn(prompt(replace(STATES["scheduled"], send_at=AT + left))).text
        assert f"will be deleted at <!date^{(AT + left) // 1_000}^" in said
        assert "s or less" not in said


@pytest.mark.parametrize(
    ("left", "form"), [(5 * MINUTE, "^{time}|"), (11 * HOUR, "^{time}|"), (13 * HOUR, "^{date_short_pretty}, {time}|")]
)
def test_a_deadline_that_is_far_away_has_its_date(left: int, form: str) -> None:
    """Within the day the time is enough."""
    assert form in drawn(prompt(replace(REVIEWED, look_up=None, expires_at=AT + left))).text


def test_nobody_is_called_before_it_is_their_turn() -> None:
    """The first step is a new message, which calls whoever it mentions; the review is an edit, which calls nobody."""
    assert "U02BOB" not in drawn(prompt(replace(SECOND_PERSON, stage=Stage.ASKED))).text
    assert "Asked: <@U02BOB>" in drawn(prompt(SECOND_PERSON)).text


def test_who_confirmed_is_said_once() -> None:
    """The requester alone is not named twice."""
    deleted = STATES["deleted"]
    assert drawn(prompt(deleted)).text.count("U01ALICE") == 1
    assert "confirmed by <@U02BOB>" in drawn(prompt(replace(deleted, confirmed_by=(BOB,)))).text
    assert "confirmed by <@U01ALICE>, <@U02BOB>" in drawn(prompt(replace(deleted, confirmed_by=(ALICE, BOB)))).text
