"""The tracer: sends spans to an OpenTelemetry collector, by OTLP over HTTP. Only this module imports OpenTelemetry.

Where to, what is sampled, and what the process is called, its SDK reads from the standard `OTEL_…` variables. A thread
of the SDK sends, so nothing waits for the collector; what it does not take is dropped, counted and logged once.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace import Tracer as OtelTracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from bot.domain.errors import BotError
from bot.observability.metrics import SPANS
from bot.observability.seldom import Seldom
from bot.observability.spans import Kind, Span, Value, traced_by

_FLUSH = 3.0  # seconds, of the 30 that the bot is given to stop; what it finishes takes up to 20
_TRY = 3.0  # seconds
_HOUR = 3_600.0  # seconds
_KINDS = {Kind.SERVER: SpanKind.SERVER, Kind.CLIENT: SpanKind.CLIENT, Kind.INTERNAL: SpanKind.INTERNAL}
_PROPAGATOR = TraceContextTextMapPropagator()

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_tracing(headers: str = "") -> AsyncIterator[None]:
    """Make spans and send them while the block lasts; then send what is left, for a few seconds at most.

    Args:
        headers: those of the exporter, as `OTEL_EXPORTER_OTLP_HEADERS` has them.

    Raises:
        BotError: the SDK cannot use its variables.
    """
    try:
        provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(_Collector(headers)))
    except (ValueError, RuntimeError, ImportError) as error:
        raise BotError(f"Traces cannot be sent: {error} Check the OTEL_ variables.") from error
    try:
        with traced_by(_Tracer(provider.get_tracer("codecheck-bot", version("codecheck-bot")))):
            yield
    finally:
        flushing = threading.Thread(target=provider.shutdown, name="flush traces", daemon=True)
        flushing.start()
        ends = time.monotonic() + _FLUSH
        while flushing.is_alive() and time.monotonic() < ends:  # noqa: ASYNC110 - the end of a thread wakes nobody
            await asyncio.sleep(0.01)
        if flushing.is_alive():
            _log.warning("traces not delivered", why="the collector did not answer before the end")


def why_not_delivered(headers: str = "") -> str:
    """Send the collector a request without spans. Returns why it did not take it, or "". Blocks for a few seconds.

    Args:
        headers: as for `open_tracing`.
    """
    exporter = _exporter(headers, timeout=_TRY)
    try:
        return "" if exporter.export(()) is SpanExportResult.SUCCESS else _SDK_LOG.take_why()
    finally:
        exporter.shutdown()


class _SdkLog(logging.Handler):
    """The SDK's own log lines.

    Its exporter writes several for each failure: the first is kept, for one line of ours. The others come at most once
    an hour each, and without their values, since one of them quotes the headers.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._why = ""
        self._seldom = Seldom(_HOUR)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("opentelemetry.exporter."):
            self._why = self._why or record.getMessage()
        else:
            self._seldom.warn("opentelemetry has a problem", str(record.msg))

    def take_why(self) -> str:
        """Why the last request failed."""
        why, self._why = self._why, ""
        return why


_SDK_LOG = _SdkLog()


def _exporter(headers: str, timeout: float | None = None) -> OTLPSpanExporter:
    logger = logging.getLogger("opentelemetry")
    logger.addHandler(_SDK_LOG)
    logger.propagate = False
    return OTLPSpanExporter(headers=parse_env_headers(headers, liberal=True), timeout=timeout)


class _Collector(SpanExporter):
    """Sends spans. It is logged once if they are not taken, and once when they are again."""

    def __init__(self, headers: str) -> None:
        self._exporter = _exporter(headers)
        self._refused = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        refused, why = result is not SpanExportResult.SUCCESS, _SDK_LOG.take_why()
        SPANS.labels("lost" if refused else "delivered").inc(len(spans))
        if refused and not self._refused:
            _log.warning("traces not delivered", why=why, what_to_do="codecheck-bot doctor tries it again")
        elif self._refused and not refused:
            _log.info("traces are delivered again")
        self._refused = refused
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _resource() -> Resource:
    """What the process is called; the SDK's variables come first."""
    usual = {"service.name": "codecheck-bot", "service.version": version("codecheck-bot")}
    return Resource.create(usual | dict(OTELResourceDetector().detect().attributes))


class _Tracer:
    """Implements `bot.observability.spans.Tracer`."""

    def __init__(self, tracer: OtelTracer) -> None:
        self._tracer = tracer

    def start(self, name: str, kind: Kind, parent: Span | str | None, at: int | None = None) -> Span:
        match parent:
            case _Span(span=span):
                context = set_span_in_context(span, Context())
            case str():
                context = _PROPAGATOR.extract({"traceparent": parent}, Context())
            case _:
                context = Context()
        return _Span(self._tracer.start_span(name, context, _KINDS[kind], start_time=at))

    def now(self) -> int:
        return time.time_ns()


class _Span:
    """Implements `bot.observability.spans.Span`."""

    def __init__(self, span: OtelSpan) -> None:
        self.span = span

    @property
    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, set_span_in_context(self.span, Context()))
        return carrier.get("traceparent", "")

    def note(self, attributes: Mapping[str, Value]) -> None:
        self.span.set_attributes(attributes)

    def end(self, error: str = "", at: int | None = None) -> None:
        if error:
            self.span.set_attribute("error.type", error)
            self.span.set_status(Status(StatusCode.ERROR))
        self.span.end(at)
