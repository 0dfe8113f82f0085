"""How a deletion looks to people: which states are ends, when a prompt must be drawn again, and what does not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deletion import Confirmation, Prompt, ResponseUrl, Returned
from bot.domain.lifecycle import ENDED, State
from tests.domain.samples import BOB, EXISTS, FREEZE, UNSEEN, deletion

SEND_AT = 1_000_000_000_000


@pytest.mark.parametrize("state", State)
def test_which_states_are_ends(state: State) -> None:
    """An unknown outcome has ended only once nobody looks any more, which is a state of its own."""
    ends = {"deleted", "failed", "gone", "cancelled", "expired", "unknown_final"}
    assert deletion(state).ended is (state.value in ends) is (state in ENDED)


@pytest.mark.parametrize("state", [State.REQUESTED, State.REVIEWED])
def test_whatever_a_waiting_prompt_shows_is_in_its_appearance(state: State) -> None:
    """Each of these draws it again."""
    plain = deletion(state, shown=None)
    appearances = [
        plain.appearance,
        replace(plain, shown=EXISTS).appearance,
        replace(plain, freeze=FREEZE).appearance,
        replace(plain, freeze=replace(FREEZE, at=FREEZE.at + 1)).appearance,
        *(replace(plain, lifecycle=replace(plain.lifecycle, returned=why)).appearance for why in Returned),
        replace(plain, lifecycle=replace(plain.lifecycle, confirmations=(Confirmation(BOB, "bob"),))).appearance,
    ]
    assert len(set(appearances)) == len(appearances)


@pytest.mark.parametrize("state", sorted(ENDED | {State.EXECUTING, State.ACCEPTED, State.UNKNOWN}))
def test_what_has_left_the_prompt_does_not_draw_it_again(state: State) -> None:
    """A freeze changes nothing of what has been sent or has ended."""
    assert deletion(state, freeze=FREEZE).appearance == deletion(state).appearance


@given(st.integers(0, 604_800_000))
def test_a_grace_draws_its_prompt_once(left: int) -> None:
    """The prompt names the second at which the task goes, so nothing has to count down."""
    held = deletion(State.SCHEDULED, send_at=SEND_AT, read_at=SEND_AT - left)
    assert held.appearance == deletion(State.SCHEDULED, send_at=SEND_AT, read_at=SEND_AT).appearance
    assert held.appearance != replace(held, freeze=FREEZE).appearance


def test_a_prompt_without_an_address_is_ephemeral() -> None:
    """Only a message with a timestamp can be edited by anybody."""
    assert Prompt("C1").ephemeral
    assert not Prompt("C1", "1700000000.000100").ephemeral


def test_a_response_url_is_not_shown() -> None:
    """Whoever has it can post, so no repr has it."""
    url = "https://hooks.slack.com/commands/T1/2/secret"
    assert "hooks.slack.com" not in repr(ResponseUrl(url, edits_prompt=True))


def test_a_confirmation_is_bound_to_what_could_be_read() -> None:
    """A task that could not be read has no name and binds nothing."""
    assert (deletion(State.REVIEWED).readable, deletion(State.REVIEWED).name) == (True, "webshop-frontend")
    for shown in (None, UNSEEN):
        assert (deletion(State.REVIEWED, shown=shown).readable, deletion(State.REVIEWED, shown=shown).name) == (
            False,
            "",
        )
