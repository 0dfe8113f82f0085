"""Trigger IDs: a person's action lets the app open one view within three seconds."""

import secrets
from dataclasses import dataclass

from codecheck_sandbox.slack.clock import Clock
from codecheck_sandbox.slack.refusal import ApiRefusalError

LIFE_SECONDS = 3.0


@dataclass(slots=True)
class _Trigger:
    user: str
    issued_at: float
    exchanged: bool = False


class Triggers:
    """Every trigger ID that was sent.

    Args:
        clock: decides when one has expired.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, _Trigger] = {}

    def issue(self, user: str) -> str:
        """Create a trigger ID for something that a person has just done."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = _Trigger(user, self._clock())
        return trigger_id

    def exchange(self, trigger_id: str) -> str:
        """Use a trigger ID, which is possible once.

        Returns:
            The ID of the user on whose screen a view may now open.

        Raises:
            ApiRefusalError: `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise ApiRefusalError("invalid_trigger_id")
        if trigger.exchanged:
            raise ApiRefusalError("exchanged_trigger_id")
        if self._clock() - trigger.issued_at > LIFE_SECONDS:
            raise ApiRefusalError("expired_trigger_id")
        trigger.exchanged = True
        return trigger.user
