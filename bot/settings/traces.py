"""The variables of traces. The SDK reads all others that begin with `OTEL_` by itself."""

from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from typing import Literal
from urllib.parse import unquote

from pydantic import Field, SecretStr

from bot.settings.faults import Fault
from bot.settings.table import Table

_SWITCH, _EXPORTER = "CODECHECK_TRACES", "opentelemetry-exporter-otlp-proto-http"


class TracesSettings(Table):
    """Whether traces are sent, and how the collector knows the bot."""

    traces: Literal["off", "otlp"] = Field(
        "off",
        alias=_SWITCH,
        description="`otlp` sends traces to the collector at `OTEL_EXPORTER_OTLP_ENDPOINT`; needs the extra `otel`",
    )
    otlp_headers: SecretStr | None = Field(
        None, alias="OTEL_EXPORTER_OTLP_HEADERS", description="headers for the collector: `name=value,name=value`"
    )

    @property
    def otlp_secrets(self) -> frozenset[str]:
        """The value of each header, as it is written and as it is sent, to be redacted in logs."""
        headers = self.otlp_headers.get_secret_value() if self.otlp_headers else ""
        values = {value for pair in headers.split(",") if (value := pair.partition("=")[2].strip())}
        return frozenset(values | set(map(unquote, values)))


def trace_faults(environ: Mapping[str, str], find: Callable[[str], object] = distribution) -> list[Fault]:
    """Whether traces are switched on without the packages that send them.

    Args:
        environ: the environment.
        find: finds a distribution by its name, or raises `PackageNotFoundError`.
    """
    if environ.get(_SWITCH) != "otlp":
        return []
    try:
        find(_EXPORTER)
    except PackageNotFoundError:
        hint = "Install them with `pip install 'codecheck-bot[otel]'`, or from requirements-otel.lock; or unset it."
        return [Fault(_SWITCH, "is otlp, but the packages for it are not installed", hint)]
    return []
