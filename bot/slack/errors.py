"""What Slack says of a message that it did not take -> a `DeliveryError`.

Sources: the error tables of chat.postMessage and chat.update, "Rate limits", and "Handling user interaction"
(response_url) in Slack's documentation. An error's text is Slack's code and never an address, since a response_url is a
secret.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook import WebhookResponse

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
_CODE = 80  # characters of an answer that may be an error code


class MalformedMessageError(UndeliverableError):
    """Slack refuses the form of the message: a fault of this bot, wherever it were posted."""


@contextmanager
def web_api_errors() -> Iterator[None]:
    """Raise what a call of slack_sdk raises as a `DeliveryError`."""
    try:
        yield
    except SlackApiError as error:
        raise _from_web_api(error.response) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DeliveryDelayedError(type(error).__name__) from error


def check_webhook(response: WebhookResponse) -> None:
    """Raise a `DeliveryError` where a response_url did not answer `ok`, but with an error code, plain or in JSON."""
    code = _webhook_error(response.body)
    if response.status_code == HTTPStatus.OK and code is None:
        return
    raise _delivery_error(code or "", response.status_code, response.headers)


def _from_web_api(response: object) -> DeliveryError:
    if not isinstance(response, AsyncSlackResponse):  # slack_sdk hands on what it could not read
        return DeliveryDelayedError("unreadable answer")
    code = response.data.get("error") if isinstance(response.data, dict) else None
    return _delivery_error(code if isinstance(code, str) else "", response.status_code, response.headers)


def _delivery_error(code: str, status: int, headers: Mapping[str, str]) -> DeliveryError:
    reason = code or f"HTTP {status}"
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in _LATER:
        return DeliveryDelayedError(reason, _retry_after(headers))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not code:
        return DeliveryDelayedError(reason)
    if code in _OUR_FAULT:
        return MalformedMessageError(reason)
    return UndeliverableError(reason)


def _retry_after(headers: Mapping[str, str]) -> int:
    """Milliseconds; Slack sends whole seconds."""
    seconds = headers.get("Retry-After", "")
    return int(seconds) * 1_000 if seconds.isdecimal() else 0


def _webhook_error(body: str) -> str | None:
    """The error code in a response_url's answer; None where it is not an error."""
    try:
        answer: object = json.loads(body)
    except ValueError:
        return None if body in ("ok", "") else body[:_CODE]
    if not isinstance(answer, dict) or answer.get("ok") is True:
        return None
    return str(answer.get("error", "unreadable answer"))[:_CODE]
