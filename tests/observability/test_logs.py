"""One log in one format, and no secret in it."""

import io
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from bot.observability.logs import configure_logging, redactor

pytestmark = pytest.mark.usefixtures("logging_as_before")

TOKEN = "xoxb-123-abc"
SK = 'sk"with\\quirks'


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self) -> bool:
        """It is one."""
        return True


class Log:
    """Where the lines of a test go."""

    def __init__(self, stream: io.StringIO | None = None) -> None:
        self.stream = stream or io.StringIO()

    def configure(self, style: str | None = "json", *secrets: str) -> None:
        """Send every line here."""
        configure_logging(style, secrets, self.stream)

    @property
    def text(self) -> str:
        """All that was written."""
        for handler in logging.getLogger().handlers:
            handler.flush()
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """All that was written, as JSON."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Log:
    """A log."""
    return Log()


def test_our_lines_and_the_libraries_have_one_form(log: Log) -> None:
    """The same keys, the time in UTC, and arguments filled in."""
    log.configure()
    structlog.get_logger("bot.app").info("deletion called", task="897acf", took_ms=80)
    logging.getLogger("some.library").warning("shutting down %s", "now")
    ours, theirs = log.lines
    assert (ours["event"], ours["logger"], ours["level"], ours["task"], ours["took_ms"]) == (
        "deletion called",
        "bot.app",
        "info",
        "897acf",
        80,
    )
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("shutting down now", "some.library", "warning")
    for line in (ours, theirs):
        assert datetime.fromisoformat(line["timestamp"]).tzinfo == UTC


def test_a_terminal_gets_lines_for_people_and_everything_else_json(log: Log) -> None:
    """`CODECHECK_LOG` decides; where it is not set, the stream does."""
    log.configure(None)
    structlog.get_logger("bot").info("hello", task="897acf")
    assert log.lines[0]["event"] == "hello"

    terminal = Log(Terminal())
    terminal.configure(None)
    structlog.get_logger("bot").info("hello", task="897acf")
    assert "hello" in terminal.text
    with pytest.raises(json.JSONDecodeError):
        json.loads(terminal.text)


def test_lines_that_hold_whole_requests_are_off(log: Log) -> None:
    """The request lines of httpx and others have URLs in them; their warnings still come."""
    log.configure()
    for name in ("httpx", "httpcore", "aiohttp.access"):
        logging.getLogger(name).info("GET https://example.com/?secret")
    logging.getLogger("slack_sdk.web").debug("Sending a request")
    assert not log.text
    logging.getLogger("httpx").warning("something is wrong")
    assert log.lines[0]["event"] == "something is wrong"


def fail(text: str, cause: Exception | None = None) -> None:
    """Fail with `text`."""
    raise RuntimeError(text) from cause


def own_exception() -> None:
    """An exception of ours that has the secret in its text, with a cause that has it too."""
    try:
        fail(f"refused {TOKEN}", ValueError(f"signing with {SK} failed"))
    except RuntimeError:
        structlog.get_logger("bot").exception("failed")


def foreign_exception() -> None:
    """The same in a library that logs to the standard library's logging."""
    try:
        fail(f"refused {TOKEN} {SK}")
    except RuntimeError:
        logging.getLogger("slack_bolt").exception("failed with %s", TOKEN)


def plain_values() -> None:
    """As values, nested and in objects that only have a repr."""
    structlog.get_logger("bot").info(f"event {TOKEN}", key=SK, nested={"a": [SK, {TOKEN: TOKEN}]}, thing=KeyError(SK))


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("leak", [own_exception, foreign_exception, plain_values])
def test_a_known_secret_appears_nowhere(leak: Callable[[], None], style: str, log: Log) -> None:
    """However it gets into a line: in its text, a value, a repr, an exception, a cause."""
    log.configure(style, TOKEN, SK)
    leak()
    assert "[hidden]" in log.text
    for form in (TOKEN, SK, json.dumps(SK)[1:-1], repr(SK)[1:-1], "quirks"):
        assert form not in log.text
    if style == "json":
        assert len(log.lines) == 1


URL = "https://hooks.slack.com/commands/T1/2/Zx9"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("token xoxb-1-aB, xoxe.xoxp-1-x and xapp-1-A0-9", "token [hidden], [hidden] and [hidden]"),
        (f'posting to "{URL}" failed', 'posting to "[hidden]" failed'),
        ("https://hooks.slack-gov.com/actions/T1/2/Zx9", "[hidden]"),
        (
            "wss://wss-primary.slack.com/link/?ticket=ab12&app_id=3",
            "wss://wss-primary.slack.com/link/?ticket=[hidden]&app_id=3",
        ),
        ("redis://bot:hunter2@h:6379/0", "redis://[hidden]@h:6379/0"),
        ("Bearer abc.def", "Bearer [hidden]"),
        (
            "Authorization: SDK-HMAC-SHA256 Access=AK1, SignedHeaders=a;b, Signature=0f\nHost: h",
            "Authorization: [hidden]\nHost: h",
        ),
        ("canonical: Access=AK1, Signature=0f0f", "canonical: Access=[hidden], Signature=[hidden]"),
        ("{'X-Auth-Token': 'MIIab', 'operator': 'alice'}", "{'X-Auth-Token': '[hidden]', 'operator': 'alice'}"),
        (r"{\"password\": \"p w\", \"name\": \"bot\"}", r"{\"password\": \"[hidden]\", \"name\": \"bot\"}"),
        ("x-security-token=ST1", "x-security-token=[hidden]"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_nobody_named_it(text: str, shown: str) -> None:
    """Tokens of other apps, response_urls, sockets' addresses, headers, URLs with credentials."""
    assert redactor([])(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "task 897acf0e deleted by alice in C01ABC (request 6f1e)",
        "https://slack.com/api/chat.postMessage answered 429",
        "redis://localhost:6379/0 answers again",
        "status: success, httpStatus: OK",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    """A log that hides everything helps nobody."""
    assert redactor([TOKEN, SK])(text) == text


def test_of_a_url_the_password_is_a_secret_too() -> None:
    """redis-py may quote the password without its URL."""
    redact = redactor(["redis://:hunter%4022@h:6379/0"])
    assert redact("AUTH hunter@22 failed, hunter%4022 too") == "AUTH [hidden] failed, [hidden] too"


def test_a_secret_too_short_to_be_one_does_not_black_out_the_log() -> None:
    """A stand-in's `x` would otherwise hide every x."""
    assert redactor(["x"])("exit") == "exit"
