"""Bytes -> `ServiceAnswer`: pure, lenient in what it reads, and without secrets in what it returns.

The forms (API pages DeleteTaskV3, GetTaskInfoByID, ErrorCode; the vendor's SDK; Keystone)::

    {"httpStatus": "OK", "result": true | "true" | {...}, "status": "success"}
    {"error_code": "CC.00050010", "error_msg": "..."}        the service and the gateway, often with HTTP 200
    {"errorCode": ..., "errorMsg": ...}  {"code": ..., "message": ...}  and each of them nested in `error` or `result`
    {"error": {"code": 401, "title": "Unauthorized", "message": "..."}}
"""

import json
import re
from collections.abc import Iterable

from bot.codearts.redaction import WITHHELD, Redactor
from bot.codearts.reply import ServiceAnswer

_LONGEST_LABEL, _LONGEST_MESSAGE = 64, 300  # characters that are kept of a code or status, and of a message
_CODES = ("error_code", "errorCode", "code")
_MESSAGES = ("error_msg", "errorMsg", "message", "error_description")
_NO_ERROR = {"", "0", "200", "ok", "success"}  # what some services put into `code` on success
_SIGNATURE_ERROR = re.compile(r"APIG\w*\.03\d\d")  # whose message can quote the canonical request or the access key
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_NO_SECRETS = Redactor()


def read_answer(http: int, body: bytes, request_id: str = "", redactor: Redactor = _NO_SECRETS) -> ServiceAnswer:
    """Read an answer from CodeArts Check, its gateway or IAM. Never raises, whatever the body contains.

    Args:
        http: the HTTP status code.
        body: the raw body, which may not be JSON at all.
        request_id: the `X-Request-Id` header.
        redactor: withholds the bot's own secrets.
    """
    fields = _fields(body)
    status = redactor.message(fields.get("status"), _LONGEST_LABEL)
    result = fields.get("result")
    code, message = _error(fields, status, redactor)
    truth = _truth(result)
    if not message and truth is None:
        message = redactor.message(result, _LONGEST_MESSAGE)
    return ServiceAnswer(
        http=http,
        status=status,
        http_status=redactor.message(fields.get("httpStatus"), _LONGEST_LABEL),
        result=truth,
        code=code,
        message=WITHHELD if message and _SIGNATURE_ERROR.search(code) else message,
        request_id=redactor.name(request_id, _LONGEST_LABEL) if _REQUEST_ID.fullmatch(request_id) else "",
        content=fields,
    )


def _fields(body: bytes) -> dict[str, object]:
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or a number that is too long; nested too deeply
        return {}
    return content if isinstance(content, dict) else {}


def _truth(result: object) -> bool | None:
    """Read a boolean: the API page's table says the string "true", its example shows a boolean."""
    if isinstance(result, bool):
        return result
    if isinstance(result, str):
        return {"true": True, "false": False}.get(result.strip().lower())
    return None


def _error(fields: dict[str, object], status: str, redactor: Redactor) -> tuple[str, str]:
    """The error's code and message, wherever they are. The `result` of a success is data and is not searched."""
    places = [fields, fields.get("error"), None if status == "success" else fields.get("result")]
    code = message = ""
    for place in places:
        if isinstance(place, dict):
            code = code or _first(_code(place.get(name), redactor) for name in _CODES)
            message = message or _first(redactor.message(place.get(name), _LONGEST_MESSAGE) for name in _MESSAGES)
    return code, message or redactor.message(fields.get("error"), _LONGEST_MESSAGE)


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _code(value: object, redactor: Redactor) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9:
        value = str(value)
    code = redactor.message(value, _LONGEST_LABEL)
    return "" if code.lower() in _NO_ERROR else code
