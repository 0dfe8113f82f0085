"""How long to wait before Slack is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.backoff import FIRST, LONGEST, pause


@pytest.mark.parametrize("tries", [0, 3, 1_000])
@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_what_slack_asks_for_is_kept_to(tries: int, chance: float) -> None:
    """However often it has failed before: eight prompts at one message a second take eight seconds."""
    assert pause(3_000, tries, chance) == 3_000


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
def test_the_pause_doubles_up_to_a_minute_and_chance_spreads_it(tries: int, chance: float) -> None:
    """Between half of it and the whole, so that what failed together does not come back together."""
    longest = min(FIRST * 2**tries, LONGEST) if tries < 100 else LONGEST
    assert longest / 2 <= pause(0, tries, chance) <= longest
