"""Variables that OpenTelemetry's SDK cannot use, or does not like."""

import io
import logging

import pytest
import structlog

from bot.domain.errors import BotError
from bot.observability.logs import configure_logging
from bot.observability.spans import Timed, join, payload, trace_id, traceparent
from bot.observability.tracing import open_tracing
from tests.observability.collector import open_collector

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.fixture
def log() -> io.StringIO:
    """What is logged."""
    stream = io.StringIO()
    configure_logging("json", (), stream)
    return stream


def written(log: io.StringIO) -> str:
    """All that was logged so far."""
    for handler in logging.getLogger().handlers:
        handler.flush()
    return log.getvalue()


async def test_what_it_cannot_use_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is wrong, and where to look."""
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "10")
    with pytest.raises(BotError, match=r"max_export_batch_size must be .* Check the OTEL_ variables"):
        async with open_tracing():
            pass


async def test_what_it_does_not_like_is_logged_once_and_never_with_values(log: io.StringIO) -> None:
    """The SDK quotes headers that it cannot read, and these hold a key."""
    for _ in range(2):
        async with open_tracing("no-equals-sign-but-a-s3cr3t"):
            pass
    lines = [line for line in written(log).splitlines() if "opentelemetry has a problem" in line]
    assert len(lines) == 1, written(log)
    assert "Header format invalid" in lines[0]
    assert "s3cr3t" not in written(log)


async def test_an_sdk_that_is_disabled_makes_no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """By its own variable; the code that is timed does not notice."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    async with open_tracing():
        with payload("command help", of_deletion=False), Timed("authorize"):
            assert (traceparent(), trace_id()) == ("", "")


async def test_a_traceparent_that_nobody_wrote_begins_a_new_trace(
    log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is in Redis, the work goes on."""
    async with open_collector() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        async with open_tracing():
            with payload("button deletion.confirm", of_deletion=True):
                join("not a traceparent")
                trace = trace_id()
                structlog.get_logger(__name__).info("said", deletion="d1")
        assert [(span.trace, span.parent) for span in collector.spans] == [(trace, "")]
        assert f'"trace_id": "{trace}"' in written(log)
