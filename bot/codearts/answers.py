"""Bodies -> typed answers: pure, lenient in what it reads, and never a secret in what it gives.

The forms (API pages DeleteTaskV3, GetTaskInfoByID, ErrorCode; the vendor's SDK; Keystone)::

    {"httpStatus": "OK", "result": true | "true" | {...}, "status": "success"}
    {"error_code": "CC.00050010", "error_msg": "..."}        the service and the gateway, often with HTTP 200
    {"errorCode": ..., "errorMsg": ...}  {"code": ..., "message": ...}  and each of them nested in `error` or `result`
    {"error": {"code": 401, "title": "Unauthorized", "message": "..."}}
"""

import json
import re
import unicodedata

from bot.domain.outcome import Answer, Task

WITHHELD = "(the message is withheld: it may hold credentials)"

_LABEL, _MESSAGE, _NAME = 64, 300, 200  # most characters kept of a code or status, of a message, of a task's name
_READ = 8_192  # most characters looked at of any text
_CODES = ("error_code", "errorCode", "code")
_MESSAGES = ("error_msg", "errorMsg", "message", "error_description")
_NO_ERROR = {"", "0", "200", "ok", "success"}  # what some services put into `code` when all is well

# APIGW.0301 quotes the canonical request or the access key. Whatever speaks of such things, or looks like an access key
# (20 capitals and digits), a secret key (40 characters), a hash or a token (longer), is withheld as a whole.
_SIGNATURE_ERROR = re.compile(r"APIG\w*\.03\d\d")
_SECRET = re.compile(
    r"canonical|authori[sz]ation|signature|\bsign(?:ed|ing)|aksk|ak/sk|access.?key|secret|credential|password|token"
    r"|sdk-hmac|x-(?:auth|sdk|project|security|subject)-|(?-i:[A-Z0-9]{20})|[0-9A-Za-z+/=_-]{40}",
    re.IGNORECASE,
)
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def read_answer(http: int, body: bytes, request_id: str = "") -> Answer:
    """Read an answer of CodeArts Check, its gateway or IAM. Whatever the body holds, it never raises.

    Args:
        http: the HTTP status code.
        body: as it came; it may be no JSON at all.
        request_id: the `X-Request-Id` header.
    """
    fields = _fields(body)
    status = _label(fields.get("status"))
    result = fields.get("result")
    code, message = _error(fields, status)
    truth = _truth(result)
    if not message and truth is None:
        message = _message(result)
    return Answer(
        http=http,
        status=status,
        http_status=_label(fields.get("httpStatus")),
        result=truth,
        code=code,
        message=WITHHELD if message and _SIGNATURE_ERROR.search(code) else message,
        request_id=request_id if _REQUEST_ID.fullmatch(request_id) else "",
        task=_task(result),
    )


def _fields(body: bytes) -> dict[str, object]:
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, digits without end; nested without end
        return {}
    return content if isinstance(content, dict) else {}


def _truth(result: object) -> bool | None:
    """The table of the API page says the string "true", its example shows the boolean."""
    if isinstance(result, bool):
        return result
    if isinstance(result, str):
        return {"true": True, "false": False}.get(result.strip().lower())
    return None


def _error(fields: dict[str, object], status: str) -> tuple[str, str]:
    """The error's code and message, wherever they stand; a success's `result` is data, so no error is sought there."""
    places = [fields, fields.get("error"), None if status == "success" else fields.get("result")]
    code = message = ""
    for place in places:
        if isinstance(place, dict):
            code = code or next((found for name in _CODES if (found := _code(place.get(name)))), "")
            message = message or next((found for name in _MESSAGES if (found := _message(place.get(name)))), "")
    return code, message or _message(fields.get("error"))


def _code(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
        value = str(value)
    code = _label(value)
    return "" if code.lower() in _NO_ERROR else code


def _task(result: object) -> Task | None:
    """What the result of GetTaskInfoByID tells; its field list is not fully documented, so several names are tried."""
    if not isinstance(result, dict) or all(value in (None, "") for value in result.values()):
        return None

    def first(*names: str) -> str:
        return next((found for name in names if (found := _cut(_line(result.get(name)), _NAME))), "")

    return Task(
        name=first("taskName", "task_name", "name"),
        project=first("projectName", "project_name"),
        branch=first("branchName", "git_branch", "branch"),
    )


def _label(value: object) -> str:
    return _withheld(_line(value), _LABEL)


def _message(value: object) -> str:
    return _withheld(_line(value), _MESSAGE)


def _withheld(line: str, most: int) -> str:
    """The line cut to `most`, or that it is withheld; looked at before it is cut, since half a secret is one too."""
    return WITHHELD if _SECRET.search(line) else _cut(line, most)


def _line(value: object) -> str:
    """A string on one line, without control, format or surrogate characters; "" for anything else."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in value[:_READ]).split())


def _cut(line: str, most: int) -> str:
    return line if len(line) <= most else line[: most - 1] + "…"
