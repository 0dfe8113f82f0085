"""The modals: within Slack's limits, and what they ask for."""

from dataclasses import replace

import pytest
from slack_sdk.models.views import View

from bot.domain.facts import LookUp, Presence
from bot.domain.text import Text
from bot.slack.views.dialogs import WRONG_CASE, decline_with_reason, reason_wanted, told_in_place, typed_confirmation
from bot.slack.views.layout import told
from tests.slack.views.states import FACTS, STATES, TASK

TYPED = STATES["typed"]
LONG = replace(TYPED, look_up=LookUp(Presence.EXISTS, replace(FACTS, name="検" * 128)))


def asked(view: View) -> tuple[str, str, bool]:
    """The input's name, its label, and whether it may be left empty."""
    (asks,) = [block.to_dict() for block in view.blocks or [] if block.type == "input"]
    assert asks["element"]["action_id"] == asks["block_id"]
    assert "initial_value" not in asks["element"]
    return asks["block_id"], asks["label"]["text"], bool(asks.get("optional"))


@pytest.mark.parametrize(
    "view",
    [typed_confirmation(TYPED), typed_confirmation(LONG), decline_with_reason(LONG), reason_wanted(TASK, "C1")],
)
def test_slack_takes_it(view: View) -> None:
    """Titles and buttons have 24 characters at most, labels 2000; slack_sdk checks the rest."""
    as_dict = view.to_dict()
    assert as_dict["private_metadata"]
    for name in ("title", "submit", "close"):
        assert 0 < len(as_dict[name]["text"]) <= 24
    assert len(asked(view)[1]) <= 150


def test_the_name_is_typed_and_without_one_the_id() -> None:
    """Whichever is shown; nothing stands in the input, so Enter alone deletes nothing."""
    assert asked(typed_confirmation(TYPED)) == ("task_id", "Type webshop-frontend to confirm", False)
    assert asked(typed_confirmation(replace(TYPED, look_up=None))) == ("task_id", f"Type {TASK} to confirm", False)


def test_a_reason_may_be_left_out_by_whoever_declines_only() -> None:
    """Who is asked for the reason of a deletion has to give one."""
    assert asked(decline_with_reason(TYPED))[2] is True
    assert asked(reason_wanted(TASK, "C1"))[2] is False


def test_what_did_not_confirm_is_said_in_the_modal() -> None:
    """It replaces the input, so nothing can be submitted again."""
    view = told_in_place(told(Text("Too late."))).to_dict()
    assert "submit" not in view
    assert view["blocks"][0]["text"]["text"] == "Too late."
    assert str(WRONG_CASE) == "Almost: check upper and lower case."
