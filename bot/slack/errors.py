"""Slack's error for a message that it did not accept -> a `DeliveryError`.

::

    DeliveryError
    ├── DeliveryDelayedError     not now: tried again later
    ├── AppRefusedError          Slack refuses the app itself, so an admin has to act; kept until then
    └── UndeliverableError       never in this place: the next way is tried
        └── MalformedMessageError    never in this format: sent again as plain text

Sources: the error tables of chat.postMessage, chat.update and views.open, "Rate limits", and "Handling user
interaction" (response_url) in Slack's documentation. An error's text is Slack's code and never an address, since a
response_url is a secret.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import DeliveryDelayedError, DeliveryError, UndeliverableError

_LATER = {
    "accesslimited",
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
    "timeout",
}
ABOUT_THE_APP = {
    "access_denied",
    "account_inactive",
    "deprecated_endpoint",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "invalid_auth",
    "method_deprecated",
    "missing_scope",
    "not_allowed_token_type",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
    "two_factor_setup_required",
}
_OUR_FAULT = {
    "block_mismatch",
    "invalid_arg_name",
    "invalid_arguments",
    "invalid_array_arg",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_charset",
    "invalid_form_data",
    "invalid_json",
    "invalid_payload",
    "json_not_object",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_text",
}
_CODE = re.compile(r"[a-z][a-z0-9_]{1,79}")  # what Slack's error codes look like; a proxy's HTML does not
UNREADABLE = (AttributeError, UnicodeDecodeError, RecursionError)
"""What slack_sdk raises for an answer that is not a JSON object, such as the page of a proxy in between."""
_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
_TAKEN = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT}


class AppRefusedError(DeliveryError):
    """Slack refuses the app itself: its token, its installation or its scopes.

    Args:
        code: Slack's error code.
        needed: the missing scopes, as Slack names them; "" if no scope is missing.
    """

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.needed = needed


class MalformedMessageError(UndeliverableError):
    """Slack refuses the message's format anywhere: this is a bug."""


@contextmanager
def web_api_errors() -> Iterator[None]:
    """Turn errors of slack_sdk and aiohttp into a `DeliveryError`."""
    try:
        yield
    except SlackApiError as error:
        raise _from_web_api(error.response) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DeliveryDelayedError(type(error).__name__) from error
    except UNREADABLE as error:
        raise DeliveryDelayedError("unreadable answer") from error


def check_response_url(status: int, body: str, headers: Mapping[str, str]) -> None:
    """Raise a `DeliveryError` unless a response_url's answer says that it accepted the message.

    It says so by `ok`, as plain text or in JSON, and refuses by an error code. One that is gone (404, 410) never
    accepts another message. One that answers 200 with an empty body has not delivered it, and would not the next time.
    """
    code = _code_in(body)
    if status == HTTPStatus.OK and _says_ok(body):
        return
    if status in _GONE:
        raise UndeliverableError(code or f"HTTP {status}")
    if status in _TAKEN and not body.strip():
        raise UndeliverableError("empty answer")
    raise _delivery_error(code, status, headers)


def _from_web_api(response: object) -> DeliveryError:
    if not isinstance(response, AsyncSlackResponse):  # slack_sdk passes on what it could not read
        return DeliveryDelayedError("unreadable answer")
    data = response.data if isinstance(response.data, dict) else {}
    code, needed = (value if isinstance(value, str) else "" for value in (data.get("error"), data.get("needed")))
    return _delivery_error(code, response.status_code, response.headers, needed)


def _delivery_error(code: str, status: int, headers: Mapping[str, str], needed: str = "") -> DeliveryError:
    reason = code or f"HTTP {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _LATER:
        return DeliveryDelayedError(reason, _retry_after(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not code:
        return DeliveryDelayedError(reason)
    if code in ABOUT_THE_APP:
        return AppRefusedError(code, needed)
    if code in _OUR_FAULT:
        return MalformedMessageError(reason)
    return UndeliverableError(reason)


def _retry_after(headers: Mapping[str, str]) -> int:
    """Retry-After in milliseconds. Slack sends whole seconds, and more than a day would be a mistake."""
    seconds = headers.get("Retry-After", "")
    return min(int(seconds), 86_400) * 1_000 if re.fullmatch(r"[0-9]{1,9}", seconds) else 0


def _says_ok(body: str) -> bool:
    if body.strip() == "ok":
        return True
    answer = _json(body)
    return isinstance(answer, dict) and answer.get("ok") is True


def _code_in(body: str) -> str:
    """The error code in a response_url's answer; "" if there is none."""
    answer = _json(body)
    code = answer.get("error") if isinstance(answer, dict) else body.strip()
    return code if isinstance(code, str) and code != "ok" and _CODE.fullmatch(code) else ""


def _json(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
