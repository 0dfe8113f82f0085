"""What came back for one request: an answer, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.text import NOTHING, Text


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """One HTTP answer from CodeArts Check, its gateway or IAM, as far as its body could be read.

    Args:
        http: the HTTP status code.
        status: the body's `status`.
        http_status: the body's `httpStatus`.
        result: the body's `result`, sent as a boolean or a string; None if it is neither.
        code: the error code (`CC.00050010`, `APIGW.0308`, `IAM.0011`).
        message: the error's text, without secrets.
        request_id: the gateway's `X-Request-Id`.
        content: the whole body; empty if it is not a JSON object. Not redacted: never show or log it.
    """

    http: int
    status: str = ""
    http_status: str = ""
    result: bool | None = None
    code: str = ""
    message: str = ""
    request_id: str = ""
    content: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request was certainly never sent: no connection, no sign-in, no time left, or it was stopped.

    Args:
        why: a sentence.
        hint: what the requester can do.
        admin_hint: what an admin of the bot can do.
    """

    why: Text
    hint: Text = NOTHING
    admin_hint: Text = NOTHING


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request may have been executed, but no answer came: a timeout, or a lost connection.

    Args:
        why: a sentence.
    """

    why: Text


Reply = ServiceAnswer | NotSent | NoAnswer
