"""Checks whether Slack signed a request: first the headers, before the body is read, then the signature.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import re
from collections.abc import Mapping

from slack_sdk.signature import Clock, SignatureVerifier

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
VALID_SECONDS = 300  # seconds for which a request is valid, before and after its timestamp

UNSIGNED = "it has no signature: Slack did not send it"
MALFORMED = "its signature or timestamp is not of the form that Slack sends"
OFF = "its timestamp is more than 5 minutes off: check this machine's clock"
WRONG = "its signature does not match: check SLACK_SIGNING_SECRET"


class NotSignedError(Exception):
    """Slack did not sign this request; the text says why, for the operator.

    Args:
        reason: one of the texts above.
        clock_off_seconds: how far the timestamp is ahead of this machine's clock (negative: behind), if that is why.
    """

    def __init__(self, reason: str, clock_off_seconds: int | None = None) -> None:
        super().__init__(reason)
        self.clock_off_seconds = clock_off_seconds


class Signatures:
    """Checks requests.

    Args:
        secret: what Slack signs with.
    """

    def __init__(self, secret: str) -> None:
        self._verifier = SignatureVerifier(secret)

    def check_headers(self, headers: Mapping[str, str]) -> None:
        """Refuse a request whose headers cannot be valid.

        Args:
            headers: of any case-insensitive kind.

        Raises:
            NotSignedError: it is not.
        """
        signature, timestamp = headers.get("X-Slack-Signature"), headers.get("X-Slack-Request-Timestamp")
        if signature is None or timestamp is None:
            raise NotSignedError(UNSIGNED)
        if not (_SIGNATURE.fullmatch(signature) and _TIMESTAMP.fullmatch(timestamp)):
            raise NotSignedError(MALFORMED)
        off = int(timestamp) - int(Clock().now())
        if abs(off) > VALID_SECONDS:
            raise NotSignedError(OFF, off)

    def check(self, headers: Mapping[str, str], body: str) -> None:
        """Refuse a request whose signature is not that of its body, once its headers have been checked.

        Raises:
            NotSignedError: it is not.
        """
        if not self._verifier.is_valid(body, headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]):
            raise NotSignedError(WRONG)
