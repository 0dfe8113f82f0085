"""What payloads are counted as: nothing that others name becomes a label."""

import pytest

from bot.observability.metrics import ACTIONS
from bot.slack.transport.measured import OTHER
from tests.slack.samples import ALICE
from tests.slack.signing import SignedSlack, click_form


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions", "actions": [{"action_id": "of another app"}]},
        {"type": "view_submission", "view": {"callback_id": "of another app"}},
    ],
    ids=["button", "modal"],
)
async def test_an_unknown_action_counts_as_other(bot: SignedSlack, payload: dict[str, object]) -> None:
    """Whatever its ID."""
    before = counted()
    await bot.send(click_form({**payload, "user": {"id": ALICE.id, "team_id": ALICE.team}}))
    assert counted() == before + 1


def counted() -> float:
    """How many have counted as `other` so far."""
    return float(ACTIONS.labels(OTHER)._value.get())  # noqa: SLF001 - it offers it by no other way
