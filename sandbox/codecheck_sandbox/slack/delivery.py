"""How payloads reach the app, and what its answer means to Slack."""

from dataclasses import dataclass
from typing import Literal, Protocol

from codecheck_sandbox.slack.payloads import Payload

PayloadKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the app answered in time.

    Args:
        body: JSON as an object, else the text; None if it was empty.
    """

    body: Payload | str | None


@dataclass(frozen=True, slots=True)
class Retry:
    """Marks a redelivery, and says why there is one.

    Args:
        number: 1 for the second delivery.
        reason: in Slack's words.
    """

    number: int
    reason: Literal["http_timeout", "http_error"] = "http_timeout"


class NotAcknowledgedError(Exception):
    """The app did not acknowledge.

    Args:
        code: what Slack shows: `operation_timeout` if the app was late, `dispatch_failed` if it could not be reached
            or did not answer 200.
    """

    def __init__(self, code: Literal["operation_timeout", "dispatch_failed"]) -> None:
        super().__init__(code)
        self.code = code


class Delivery(Protocol):
    """A way to the app: signed HTTP requests, or Socket Mode."""

    async def deliver(
        self, kind: PayloadKind, payload: Payload, *, at: int, retry: Retry | None = None
    ) -> Acknowledgement:
        """Deliver a payload to the app.

        Args:
            kind: what it is.
            payload: the payload.
            at: the signed timestamp, in seconds since 1970.
            retry: None for the first delivery.

        Raises:
            NotAcknowledgedError: the app did not acknowledge the payload.
        """
