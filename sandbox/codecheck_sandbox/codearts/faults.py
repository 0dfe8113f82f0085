"""Faults that the stand-in can be told to produce: each is documented or has been reported."""

import json
from dataclasses import dataclass
from typing import Literal

Form = Literal["snake", "camel", "plain", "nested", "v3", "keystone"]

# Code -> (HTTP status, message), from the ErrorCode page and the pages of the gateway and IAM.
ERRORS: dict[str, tuple[int, str]] = {
    "CC.00000000": (400, "The system is busy. Try again later."),
    "CC.00000003": (401, "Authentication information expired."),
    "CC.00050000": (200, "The parameters are not valid."),
    "CC.00050006": (200, "Inner error."),
    "CC.00050007": (200, "IAM authentication failed."),
    "CC.00050010": (200, "You do not have the permission."),
    "CC.00050011": (200, "The user is not in any project."),
    "CC.00050012": (200, "Retry later."),
    "CC.00050013": (200, "The project does not exist."),
    "CC.00050014": (200, "The basic information of the task cannot be read."),
    "CC.00050015": (200, "The task is running."),
    "APIGW.0101": (404, "The API does not exist or has not been published in the environment"),
    "APIGW.0301": (401, "Incorrect IAM authentication information: verify aksk signature fail"),
    "APIGW.0303": (401, "Incorrect app authentication information"),
    "APIGW.0307": (401, "The token must be updated."),
    "APIGW.0308": (429, "The throttling threshold has been reached: policy user over ratelimit"),
    "APIGW.0310": (403, "The project is unavailable"),
    "IAM.0011": (401, "The user name or password is wrong."),
}


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an error, in one of the forms in use, and do nothing.

    Args:
        code: one of `ERRORS`.
        http: another HTTP status than the usual one.
        message: another text than the usual one.
        form: `error_code/error_msg`, `errorCode/errorMsg`, `code/message`, nested in `error`, v3's `httpStatus/result/
            status`, or Keystone's.
    """

    code: str
    http: int | None = None
    message: str | None = None
    form: Form = "snake"

    def answer(self) -> tuple[int, dict[str, object]]:
        """The HTTP status and the body."""
        usual, text = ERRORS[self.code]
        http, message = self.http or usual, text if self.message is None else self.message
        bodies: dict[Form, dict[str, object]] = {
            "snake": {"error_code": self.code, "error_msg": message},
            "camel": {"errorCode": self.code, "errorMsg": message},
            "plain": {"code": self.code, "message": message},
            "nested": {"error": {"error_code": self.code, "error_msg": message}},
            "v3": {"httpStatus": "BAD_REQUEST", "result": message, "status": "error"},
            "keystone": {"error": {"code": http, "title": "Unauthorized", "message": message}},
        }
        return http, bodies[self.form]


@dataclass(frozen=True, slots=True)
class Throttle:
    """429, with `Retry-After` in seconds if it is given."""

    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    """Answer ACCEPTED to a DELETE; the task goes after this many seconds, or never."""

    gone_after: float | None = 1.0


@dataclass(frozen=True, slots=True)
class InternalError:
    """INTERNAL_SERVER_ERROR with this HTTP status, whether the task was deleted or not."""

    http: int = 200
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Garbage:
    """Answer with something unreadable, and do nothing."""

    body: bytes = b"<html><body>Bad Gateway</body></html>"
    http: int = 200
    content_type: str = "text/html"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Delay:
    """Do the work, but only after this many seconds; with `at_once`, only the answer comes that late."""

    seconds: float
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Hang:
    """Never answer, whether the task was deleted or not."""

    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut the connection without an answer, before or after deleting the task."""

    after_deleting: bool = False


Fault = Refuse | Throttle | Accept | InternalError | Garbage | Delay | Hang | Drop


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire; `http` 0 cuts the connection instead."""

    http: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


CUT = Answer(0)


def json_answer(http: int, body: dict[str, object], *headers: tuple[str, str]) -> Answer:
    """An answer in JSON."""
    return Answer(http, json.dumps(body).encode(), (("Content-Type", "application/json"), *headers))


def canned(fault: Fault) -> Answer:
    """The answer that replaces the true one."""
    match fault:
        case Refuse():
            return json_answer(*fault.answer())
        case Throttle(retry_after):
            pause = () if retry_after is None else (("Retry-After", str(retry_after)),)
            return json_answer(*Refuse("APIGW.0308").answer(), *pause)
        case Accept():
            return json_answer(202, {"httpStatus": "ACCEPTED", "result": True, "status": "success"})
        case InternalError(http):
            return json_answer(http, {"httpStatus": "INTERNAL_SERVER_ERROR", "result": False, "status": "error"})
        case Garbage(body, http, content_type, headers):
            return Answer(http, body, (("Content-Type", content_type), *headers))
        case Delay() | Hang() | Drop():
            return CUT


def deletes_after(fault: Fault) -> float | None:
    """After how many seconds a DELETE with this fault still takes effect; None: never."""
    match fault:
        case Accept(gone_after):
            return gone_after
        case InternalError(deleted=True) | Hang(deleted=True) | Drop(after_deleting=True):
            return 0.0
    return None
