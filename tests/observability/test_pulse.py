"""The probe of work that has to happen again and again."""

from bot.observability.health import READY, State
from bot.observability.pulse import Pulse


async def test_a_missed_beat_makes_the_bot_unready_until_the_next_one() -> None:
    """From the start on, so that work that never began is missed as well."""
    now = 100.0
    pulse = Pulse(within=20, clock=lambda: now)
    assert await pulse.state() == READY
    now = 121
    assert await pulse.state() == State(ready=False, reason="has not run for 21 s")
    pulse.beat()
    assert await pulse.state() == READY
