"""What doctor says about a collector of traces that answers."""

from pathlib import Path

import pytest

from bot.doctor import Check, Grade
from bot.doctor.examination import examine
from bot.doctor.probes.traces import PROBE
from bot.settings import load_settings
from tests.observability.collector import Collector, open_collector
from tests.settings.examples import ENOUGH


async def asked(
    collector: Collector, folder: Path, monkeypatch: pytest.MonkeyPatch, key: str = "s3cr3t-key"
) -> list[Check]:
    """What doctor finds with this collector. The SDK reads its address from the process's environment."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    headers = {"OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={key}"}
    return await examine(load_settings(ENOUGH | headers | {"CODECHECK_TRACES": "otlp"}, folder), [PROBE])


async def test_one_that_takes_a_request_is_ok(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked as the bot asks, with the headers, and gets no span."""
    async with open_collector() as collector:
        checks = await asked(collector, tmp_path, monkeypatch)
        assert checks == [Check("traces", Grade.OK, "the collector takes them")]
        assert (collector.requests, collector.spans) == (1, [])
        assert collector.headers["x-api-key"] == "s3cr3t-key"


async def test_one_that_refuses_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a wrong key; the key is not repeated."""
    async with open_collector() as collector:
        collector.status = 401
        (check,) = await asked(collector, tmp_path, monkeypatch)
        assert check.grade is Grade.WARNING
        assert "401" in check.text
        assert "s3cr3t-key" not in check.text


async def test_a_header_that_cannot_be_sent_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The HTTP client quotes it."""
    async with open_collector() as collector:
        (check,) = await asked(collector, tmp_path, monkeypatch, key="s3cr3t%0Akey")
        assert "header" in check.text
        assert "[hidden]" in check.text
        assert "s3cr3t" not in check.text


async def test_off_nothing_is_asked(tmp_path: Path) -> None:
    """Nor is anything said."""
    assert await examine(load_settings(ENOUGH, tmp_path), [PROBE]) == []
