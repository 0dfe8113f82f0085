"""Every error that the bot raises on purpose.

::

    BotError
    ├── PersonError            its text is shown to the person who asked, as it stands
    │   ├── UsageError         the slash command cannot be read
    │   ├── NotRecordedError   Redis refused: nothing was done
    │   ├── MaybeRecordedError Redis did not answer: nobody knows whether it was recorded
    │   └── NotReplicatedError it was recorded, but a failover could lose it
    ├── SettingsError          the settings cannot be used (`bot.settings.faults`)
    ├── NoTokenError           IAM gave no token, so the request was not sent
    ├── EmbeddedServerError    the embedded Redis server cannot be had; the text says why
    ├── FencedError            another process has taken the deletion over
    ├── BrakedError            a freeze or a limit stands in the way
    └── DeliveryError          Slack did not take a message
        ├── DeliveryDelayedError   it may take it later
        └── UndeliverableError     it never will, here
            └── OutOfSightError    a second person has to see it, and would not
"""

from bot.domain.brakes import Brake
from bot.domain.text import Text


class BotError(Exception):
    """The root: whatever the bot raises on purpose."""


class PersonError(BotError):
    """An error whose text is written for the person who asked, and shown to them as it stands."""


class UsageError(PersonError):
    """What was typed cannot be read.

    Args:
        fault: what is wrong with it; what to type instead is added by whoever answers.
    """

    def __init__(self, fault: Text) -> None:
        super().__init__(str(fault))
        self.fault = fault


class NotRecordedError(PersonError):
    """Redis refused the connection or the command: nothing was recorded, so nothing will be done."""

    def __init__(self) -> None:
        super().__init__("Redis cannot be reached, so nothing was recorded and nothing will be done. Please try again.")


class MaybeRecordedError(PersonError):
    """Redis did not answer in time: it may still run the script when it wakes, so nobody knows."""

    def __init__(self) -> None:
        super().__init__(
            "Redis did not answer in time, so it is not known whether this was recorded. "
            "If it was, the prompt will show it."
        )


class NoTokenError(BotError):
    """IAM gave no token. Its text says why, without a secret.

    Args:
        why: what IAM said, or what happened on the way.
        cure: what a person should do.
        passing: True where the same sign-in may succeed a moment later.
    """

    def __init__(self, why: str, cure: str = "try again", *, passing: bool = False) -> None:
        super().__init__(why)
        self.cure = cure
        self.passing = passing


class NotReplicatedError(PersonError):
    """It was recorded, but too few replicas of Redis hold it: a failover now could lose it.

    Nobody carries it on at once. When its lease is over, whoever then finds it recorded carries it on, and the prompt
    shows it; where a failover has lost it, the prompt's buttons still work.

    Args:
        wanted: how many replicas should hold it.
        reached: how many are known to.
    """

    def __init__(self, wanted: int, reached: int) -> None:
        super().__init__(
            f"This was recorded, but only {reached} of {wanted} replicas of Redis hold it yet, so a failover could "
            "lose it. If it is not lost, it takes effect by itself in about a minute, and the prompt will show it."
        )


class EmbeddedServerError(BotError):
    """The embedded Redis server cannot be started or reached; the text says why and what to do."""


class FencedError(BotError):
    """The deletion's epoch has been raised by another process: what this one holds is stale and must not be written."""


class BrakedError(BotError):
    """A freeze or a limit stands in the way: nothing was recorded, and nothing will be done.

    Args:
        brake: which.
    """

    def __init__(self, brake: Brake) -> None:
        super().__init__(str(brake))
        self.brake = brake


class DeliveryError(BotError):
    """Slack did not take a message. Its text is Slack's error code, or what happened on the way."""


class DeliveryDelayedError(DeliveryError):
    """Slack may take the message later (429, 5xx, no connection).

    Args:
        reason: Slack's error code, or what happened on the way.
        retry_after: milliseconds that Slack asked to wait; 0 where it did not say.
    """

    def __init__(self, reason: str, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class UndeliverableError(DeliveryError):
    """Slack will never take this message at this place (archived, deleted, not a member)."""


class OutOfSightError(UndeliverableError):
    """Somebody else has to confirm, but the bot cannot post where they would see it."""
