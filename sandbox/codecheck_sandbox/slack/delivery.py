"""How what a person did reaches the app, and what Slack makes of its answer."""

from dataclasses import dataclass
from typing import Literal, Protocol

from codecheck_sandbox.slack.payloads import Payload

PayloadKind = Literal["slash_commands", "interactive"]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the app answered within the time it has.

    Args:
        body: JSON as an object, else the text; None where it was empty.
    """

    body: Payload | str | None


class NotAcknowledgedError(Exception):
    """The app did not acknowledge.

    Args:
        code: what Slack shows: `operation_timeout` where it was too late, `dispatch_failed` where it could not be
            reached or did not answer 200.
    """

    def __init__(self, code: Literal["operation_timeout", "dispatch_failed"]) -> None:
        super().__init__(code)
        self.code = code


class Delivery(Protocol):
    """A way to the app: signed HTTP requests, or Socket Mode."""

    async def deliver(self, kind: PayloadKind, payload: Payload) -> Acknowledgement:
        """Hand a payload to the app.

        Raises:
            NotAcknowledgedError: it did not answer as it should.
        """
