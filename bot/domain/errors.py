"""Every error that the bot raises on purpose.

::

    BotError
    ├── PersonError            its text is shown to the person who asked, as it is
    │   ├── UsageError         the slash command cannot be read
    │   ├── NotRecordedError   Redis refused: nothing was done
    │   ├── MaybeRecordedError Redis did not answer in time: nobody knows whether it was recorded
    │   ├── TooSlowError       something else did not answer in time: nothing was done
    │   └── NotReplicatedError it was recorded, but a failover could lose it
    ├── CopiedError            the signed request has been received before: nothing was done
    ├── SettingsError          the settings cannot be used (`bot.settings.faults`)
    ├── NoTokenError           IAM gave no token, so the request was not sent (`bot.codearts.iam`)
    ├── EmbeddedServerError    the embedded Redis server is not available; the text says why
    └── DeliveryError          Slack did not accept a message
        ├── DeliveryDelayedError   it may accept it later
        └── UndeliverableError     it never will, in this place
            └── OutOfSightError    a second person has to see it, but would not
"""

from bot.domain.text import Text


class BotError(Exception):
    """The base class of every error that the bot raises on purpose."""


class PersonError(BotError):
    """An error whose text is written for the person who asked, and is shown to them as it is."""


class UsageError(PersonError):
    """What was typed cannot be read.

    Args:
        fault: what is wrong with it; the usage is added when it is answered.
    """

    def __init__(self, fault: Text) -> None:
        super().__init__(str(fault))
        self.fault = fault


class NotRecordedError(PersonError):
    """Redis cannot be reached, or refused the write: nothing was recorded, so nothing will be done.

    Args:
        why: what Redis or the connection said, for the log.
    """

    def __init__(self, why: str = "") -> None:
        super().__init__("I can't reach my storage, so I didn't do anything. Try again in a minute.")
        self.why = why


class MaybeRecordedError(PersonError):
    """Redis did not answer in time. It may still run the script later, so nobody knows."""

    def __init__(self) -> None:
        super().__init__(
            "My storage didn't answer in time, so I don't know whether that counted. "
            "Look again in a few seconds; doing it again is safe."
        )


class TooSlowError(PersonError):
    """Something did not answer before Slack gave up, and nothing had been written yet.

    Args:
        dependency: what did not answer, in people's words.
    """

    def __init__(self, dependency: str) -> None:
        super().__init__(f"{dependency} didn't answer in time, so I didn't do anything. Please try again.")
        self.dependency = dependency


class NotReplicatedError(PersonError):
    """It was recorded, but on too few replicas of Redis: a failover now could lose it.

    Nothing continues at once. When the lease has expired, the sweeper takes the deletion over, and the prompt shows it.
    If a failover has lost the write, the prompt's buttons still work.

    Args:
        wanted: how many replicas should hold it.
        reached: how many are known to.
    """

    def __init__(self, wanted: int, reached: int) -> None:
        super().__init__(
            "Your click was recorded, but it isn't safe from a failure of my storage yet "
            f"({reached} of {wanted} copies). If it isn't lost, it takes effect within about a minute."
        )


class CopiedError(BotError):
    """The work belongs to a copy of a signed request that has been received before. Nothing is done, nobody is told."""


class EmbeddedServerError(BotError):
    """The embedded Redis server cannot be started or reached; the text says why, and what to do."""


class DeliveryError(BotError):
    """Slack did not accept a message. Its text is Slack's error code, or what happened on the way."""


class DeliveryDelayedError(DeliveryError):
    """Slack may accept the message later (429, 5xx, no connection).

    Args:
        reason: Slack's error code, or what happened on the way.
        retry_after: milliseconds that Slack asked to wait; 0 if it did not say.
    """

    def __init__(self, reason: str, retry_after: int = 0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class UndeliverableError(DeliveryError):
    """Slack will never accept this message in this place (archived, deleted, not a member)."""


class OutOfSightError(UndeliverableError):
    """Someone else has to confirm, but the bot cannot post a message that they would see."""
