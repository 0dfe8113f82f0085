"""What only the person who acted reads."""

from dataclasses import replace

import pytest

from bot.domain.deletion import Deletion, Prompt, State
from bot.domain.policy import Reason
from bot.slack.views.answers import pending, refusal
from tests.slack.samples import ALICE, BOB, EPHEMERAL, POSTED, REQUESTED, TASK_ID, WORKSPACE


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.ALLOWED}))
def test_every_reason_has_its_text(reason: Reason) -> None:
    """Whatever refuses a person, they read that nothing was done, and why."""
    assert refusal(reason, BOB).text.startswith("Nothing was ")


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Reason.NO_OPERATOR, "add your Slack user ID `U02BOB` to `[operators]`"),
        (Reason.USER_NOT_ALLOWED, "add your Slack user ID `U02BOB` to `users` of `[allow]`"),
        (Reason.CHANNEL_NOT_ALLOWED, "`channels` of `[allow]`"),
        (Reason.OPERATOR_CHANGED, "ask whoever runs this bot"),
    ],
)
def test_refusals_say_who_can_change_it(reason: Reason, says: str) -> None:
    """A refusal by the rules names the setting and who can change it."""
    assert says in refusal(reason, BOB).text


@pytest.mark.parametrize("state", list(State))
def test_stale_click_says_where_the_request_stands(state: State) -> None:
    """Whatever state a stale click finds, its person reads of it."""
    said = refusal(Reason.OTHER_STATE, ALICE, replace(POSTED, state=state)).text

    assert "the request is " in said
    assert said.endswith("Its prompt shows where it stands.")


def test_late_click_says_what_to_type() -> None:
    """A click that came too late is told when the request expired and how to ask again."""
    assert f"`/codecheck delete {TASK_ID}`" in refusal(Reason.EXPIRED, ALICE, POSTED).text


@pytest.mark.parametrize(
    ("deletion", "says"),
    [
        (POSTED, "<@U01ALICE> has already asked to delete task"),
        (POSTED, "/archives/C1/p1790000000000100|See the request>"),
        (replace(POSTED, prompt=Prompt("D7", "1.2")), "/archives/D7/p12|See the request>"),
        (REQUESTED, "Its prompt is being posted."),
        (EPHEMERAL, "Only they can see its prompt."),
    ],
)
def test_pending_points_to_the_first_prompt(deletion: Deletion, says: str) -> None:
    """A second person asking for the same task reads who asked first, and where."""
    assert says in pending(deletion, BOB, WORKSPACE).text


def test_pending_of_ones_own() -> None:
    """Who asks twice reads that they have asked already."""
    assert "You have already asked" in pending(POSTED, ALICE, WORKSPACE).text
    assert "visible to you alone" in pending(EPHEMERAL, ALICE, WORKSPACE).text
