"""Switching traces on."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from bot.settings import Fault, load_settings
from bot.settings.traces import trace_faults
from tests.settings.examples import ENOUGH, faults


def nothing_installed(name: str) -> object:
    """As without the extra."""
    raise PackageNotFoundError(name)


def test_they_are_off_unless_they_are_switched_on(tmp_path: Path) -> None:
    """A cluster that sets OTEL_ variables for everyone switches nothing on."""
    assert load_settings(ENOUGH | {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel:4318"}, tmp_path).traces == "off"
    assert load_settings(ENOUGH | {"CODECHECK_TRACES": "otlp"}, tmp_path).traces == "otlp"


def test_without_the_extra_they_cannot_be_switched_on() -> None:
    """It is said what to install; off, nobody looks."""
    (fault,) = trace_faults({"CODECHECK_TRACES": "otlp"}, nothing_installed)
    assert fault.where == "CODECHECK_TRACES"
    assert fault.what == "is otlp, but the packages for it are not installed"
    assert "pip install 'codecheck-bot[otel]'" in fault.hint
    assert trace_faults({"CODECHECK_TRACES": "off"}, nothing_installed) == []
    assert trace_faults({}, nothing_installed) == []


def test_another_word_is_refused(tmp_path: Path) -> None:
    """With those that there are."""
    (fault,) = faults(ENOUGH | {"CODECHECK_TRACES": "jaeger"}, tmp_path)
    assert isinstance(fault, Fault)
    assert fault.where == "CODECHECK_TRACES"
    assert "otlp" in f"{fault.what} {fault.hint}"


@pytest.mark.parametrize("by_file", [False, True])
def test_the_collectors_headers_are_secrets(tmp_path: Path, *, by_file: bool) -> None:
    """All of them together, and the value of each."""
    headers = "x-api-key=s3cr3t-key, authorization=Basic%20dXNlcg=="
    (tmp_path / "headers").write_text(headers + "\n")
    environ = {"OTEL_EXPORTER_OTLP_HEADERS_FILE": "headers"} if by_file else {"OTEL_EXPORTER_OTLP_HEADERS": headers}
    secrets = load_settings(ENOUGH | environ, tmp_path).secrets
    assert {headers, "s3cr3t-key", "Basic%20dXNlcg=="} <= secrets
    assert "Basic dXNlcg==" in secrets
