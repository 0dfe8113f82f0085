"""One log for the bot's own lines and those of its libraries, in one format, with secrets redacted.

The redaction works on the finished line, so no exception text, repr or library message can bypass it.
It is a safety net. Secrets are `SecretStr` and should not be logged in the first place.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TextIO
from urllib.parse import unquote, urlsplit

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.observability.log_queue import LogQueue
from bot.observability.spans import trace_id

_QUIET = {
    "httpx": logging.WARNING,  # its INFO lines hold whole URLs
    "httpcore": logging.WARNING,
    "aiohttp.access": logging.WARNING,  # a line for each health check
    "slack_sdk": logging.INFO,  # its DEBUG lines hold whole requests
    "slack_bolt": logging.INFO,
}
_HIDDEN = "[hidden]"
_SHORTEST = 6  # characters; blacking out a shorter "secret" would black out half of the log
_HEADERS = "authorization|x-auth-token|x-subject-token|x-security-token|x-slack-signature|password"
_PATTERNS = [
    (re.compile(pattern, re.IGNORECASE), shown)
    for pattern, shown in (
        (r"\b(?:xox[a-z](?:\.xox[a-z])?|xapp)-[0-9a-z-]+", _HIDDEN),
        (r"https://hooks\.slack(?:-gov)?\.com/[^\s\"'<>\\]+", _HIDDEN),  # a response_url: anyone who has it can post
        (r"([?&](?:ticket|token|access_token)=)[^\s\"'<>&\\]+", rf"\1{_HIDDEN}"),  # the address of a socket
        (r"\b(Bearer )[^\s\"'<>\\,]+", rf"\1{_HIDDEN}"),
        (r"\b(Access=|Signature=)[^\s\"'<>\\,]+", rf"\1{_HIDDEN}"),  # SDK-HMAC-SHA256
        (rf"((?:{_HEADERS})\\?[\"']?\s*[:=]\s*\\?[\"']?)[^\"'\\\r\n]+", rf"\1{_HIDDEN}"),
        (r"(://)[^\s/@\"'<>\\]+@", rf"\1{_HIDDEN}@"),  # credentials in a URL
    )
]


def configure_logging(
    style: str | None = None, secrets: Iterable[str] = (), stream: TextIO | None = sys.stderr
) -> None:
    """Send every log line of the process to `stream`, by a thread of its own; at exit what is left is written.

    Args:
        style: `console` or `json`; None means `console` if `stream` is a terminal, else `json`.
        secrets: values that must not appear, wherever they come from.
        stream: where the lines go; None, as Python has it if the process was started without one, drops them.
    """
    stream = stream or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    style = style or ("console" if stream.isatty() else "json")
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _add_trace_id,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    handler = LogQueue(stream)
    handler.setFormatter(_RedactingFormatter(redactor(secrets), before, _renderer(style, colors=stream.isatty())))
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def redactor(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that blacks out `secrets`, however they are quoted, and whatever looks like a secret."""
    forms = {form for secret in secrets for form in _forms(secret) if len(form) >= _SHORTEST}
    longest_first = sorted(forms, key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def redact(text: str) -> str:
        if known is not None:
            text = known.sub(_HIDDEN, text)
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        return text

    return redact


def _forms(secret: str) -> set[str]:
    """A secret as `repr` and JSON write it, and as JSON writes its `repr`; for a URL the same of its password."""
    password = urlsplit(secret).password if "://" in secret else None
    plain = {secret, password, unquote(password)} if password else {secret}
    quoted = plain | {repr(text)[1:-1] for text in plain}
    return quoted | {json.dumps(text, ensure_ascii=False)[1:-1] for text in quoted}


def _renderer(style: str, *, colors: bool) -> Processor:
    if style == "console":
        return structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)


def _add_trace_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """While tracing is on, a line says to which trace it belongs."""
    if found := trace_id():
        event["trace_id"] = found
    return event


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter, for its own records and those of other loggers; it redacts the finished line."""

    def __init__(self, redact: Callable[[str], str], before: list[Processor], renderer: Processor) -> None:
        super().__init__(foreign_pre_chain=before, processors=[self.remove_processors_meta, renderer])
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The finished line, without secrets."""
        return self._redact(super().format(record))
