"""How the checks are printed."""

import json

import pytest

from bot.doctor import Check, Grade, as_json, as_text, exit_status

WELL = Check("Redis", Grade.OK, "it takes the bot's writes")
SLACK = Check("bot token", Grade.FAULT, "Slack answered token_revoked", "Look at it.")
BLIND = [
    Check(name, Grade.WARNING, "cannot tell: Slack could not be asked", "See it.") for name in ("scopes", "people")
]


def test_a_line_for_each_check_and_one_for_each_hint() -> None:
    """Grades in one column, so that a fault is seen."""
    assert as_text([WELL, SLACK]) == (
        "ok      Redis: it takes the bot's writes\n"
        "FAULT   bot token: Slack answered token_revoked\n"
        "        -> Look at it."
    )


def test_what_several_probes_found_alike_is_said_once() -> None:
    """With the names of all, so a Slack that is away is not ten lines; a script still gets one check for each."""
    assert as_text([*BLIND, WELL]).splitlines()[:2] == [
        "warning scopes, people: cannot tell: Slack could not be asked",
        "        -> See it.",
    ]
    assert len(json.loads(as_json([*BLIND, WELL]))) == 3


def test_json_has_every_part() -> None:
    """The names are those of the contract."""
    assert json.loads(as_json([SLACK])) == [
        {"name": "bot token", "grade": "FAULT", "text": "Slack answered token_revoked", "hint": "Look at it."}
    ]


@pytest.mark.parametrize(("checks", "status"), [([], 0), ([WELL, *BLIND], 0), ([WELL, SLACK, *BLIND], 1)])
def test_only_a_fault_makes_the_exit_status_1(checks: list[Check], status: int) -> None:
    """A warning does not."""
    assert exit_status(checks) == status
