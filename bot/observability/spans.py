"""What is timed: for the metrics always, and as a span of a trace if tracing is on.

Code that does something worth timing says so with `Timed`. A span begins only while a payload is handled, and while a
deletion that has a trace is worked on; sweeps and health checks have none. `bot.observability.tracing` is the tracer.
Without one, which is the default, nothing here does more than compare with None.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self

from prometheus_client import Histogram

DELETION_ID, TASK_ID, STATE = "codecheck.deletion.id", "codecheck.task.id", "codecheck.state"

Value = str | int


class Kind(StrEnum):
    """OpenTelemetry's kinds of spans that the bot has."""

    SERVER = "server"
    CLIENT = "client"
    INTERNAL = "internal"


class Span(Protocol):
    """A span that has begun. It never holds what people wrote, their names, or a secret."""

    @property
    def traceparent(self) -> str:
        """Its W3C trace context; "" if there is none."""

    def note(self, attributes: Mapping[str, Value]) -> None:
        """Add attributes."""

    def end(self, error: str = "", at: int | None = None) -> None:
        """End it, now or `at`. An `error` is one of a few words: `error.type`."""


class Tracer(Protocol):
    """Makes spans."""

    def start(self, name: str, kind: Kind, parent: Span | str | None, at: int | None = None) -> Span:
        """Begin a span, now or `at`.

        Args:
            name: one of a few.
            kind: its kind.
            parent: a span of this process, the traceparent of another one's, or None to begin a trace.
            at: when it began, as `now` has it.
        """

    def now(self) -> int:
        """The time, as spans have it."""


class _Payload:
    """A payload, whose span can begin only when it is known which trace it belongs to.

    What was timed until then is kept, and becomes spans of that trace.
    """

    def __init__(self, tracer: Tracer, name: str) -> None:
        self.tracer = tracer
        self.span: Span | None = None
        self._name = name
        self._came = tracer.now()
        self._early: list[Timed] = []

    def begin(self, traceparent: str = "") -> Span:
        """Its span, of the trace that is given, or else of a new one."""
        if self.span is None:
            self.span = self.tracer.start(self._name, Kind.SERVER, traceparent or None, self._came)
            for timed in self._early:
                timed.become_span(self.tracer, self.span)
        return self.span

    def keep(self, timed: "Timed") -> None:
        """Keep what has been timed until there is a span to be its parent."""
        if self.span is None:
            self._early.append(timed)
        else:
            timed.become_span(self.tracer, self.span)


_tracer: Tracer | None = None
_scope: ContextVar[_Payload | Span | str | None] = ContextVar("scope", default=None)
"""What the next span is a part of; a `str` is the traceparent of a deletion that has been read from Redis."""


@contextmanager
def traced_by(tracer: Tracer) -> Iterator[None]:
    """Make spans while the block lasts."""
    global _tracer  # noqa: PLW0603 - one for the process, like the registry of metrics
    before, _tracer = _tracer, tracer
    try:
        yield
    finally:
        _tracer = before


@contextmanager
def payload(name: str, *, of_deletion: bool) -> Iterator[None]:
    """Handle a payload in the block.

    Args:
        name: what it is, one of a few.
        of_deletion: True if it names a deletion; it then joins that one's trace once `join` says which that is.
    """
    if _tracer is None:
        yield
        return
    arrived = _Payload(_tracer, name)
    if not of_deletion:
        arrived.begin()
    reset = _scope.set(arrived)
    error = ""
    try:
        yield
    except BaseException as raised:
        error = type(raised).__name__
        raise
    finally:
        _scope.reset(reset)
        arrived.begin().end(error)


def join(traceparent: str) -> None:
    """The payload is about a deletion with this trace; "" if it has none."""
    if isinstance(arrived := _scope.get(), _Payload):
        arrived.begin(traceparent)


@contextmanager
def part_of(traceparent: str) -> Iterator[None]:
    """What the block does, or starts, is work on a deletion with this trace."""
    if _tracer is None or not traceparent or _trace_of(traceparent) == trace_id():
        yield
        return
    reset = _scope.set(traceparent)
    try:
        yield
    finally:
        _scope.reset(reset)


def note(attributes: Mapping[str, Value]) -> None:
    """Add attributes to the current span, if there is one."""
    scope = _scope.get()
    if isinstance(scope, _Payload):
        scope = scope.begin()
    if scope is not None and not isinstance(scope, str):
        scope.note(attributes)


def traceparent() -> str:
    """The W3C trace context of the current span; "" without one."""
    match _scope.get():
        case None:
            return ""
        case _Payload(span=span):
            return span.traceparent if span is not None else ""
        case str() as remote:
            return remote
        case span:
            return span.traceparent


def trace_id() -> str:
    """The ID of the current trace; "" without one."""
    return _trace_of(traceparent())


def _trace_of(traceparent: str) -> str:
    return traceparent[3:35]


class Timed:
    """A block of code that is timed.

    Args:
        name: the span's name, one of a few.
        kind: the span's kind.
        metric: where its seconds are counted if it has a result; None for a span only.
        labels: the labels of the metric, without the last one, which is the result.

    Attributes:
        result: how it ended, in one of a few words. If the block raises, the span has it as its error.
        error: what went wrong if nothing was raised, in one of a few words.
        seconds: how long it took, once it is over.
    """

    def __init__(
        self, name: str, kind: Kind = Kind.INTERNAL, metric: Histogram | None = None, labels: tuple[str, ...] = ()
    ) -> None:
        self.result = self.error = ""
        self.seconds = 0.0
        self._name = name
        self._kind = kind
        self._metric = metric
        self._labels = labels
        self._span: Span | None = None
        self._waits_for: _Payload | None = None

    @property
    def traced(self) -> bool:
        """Whether it becomes a span, so that attributes are of use."""
        return self._span is not None or self._waits_for is not None

    def note(self, attributes: Mapping[str, Value]) -> None:
        """Add attributes to the span, in the block."""
        if self._span is not None:
            self._span.note(attributes)
        elif self._waits_for is not None:
            self._attributes.update(attributes)

    def __enter__(self) -> Self:
        """Begin."""
        if _tracer is not None and (scope := _scope.get()) is not None:
            parent = scope.span if isinstance(scope, _Payload) else scope
            if parent is not None:
                self._span = _tracer.start(self._name, self._kind, parent)
                self._reset = _scope.set(self._span)
            elif isinstance(scope, _Payload):
                self._waits_for, self._came = scope, _tracer.now()
                self._attributes: dict[str, Value] = {}
        self._began = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End, and count."""
        self.seconds = time.monotonic() - self._began
        if self._metric is not None and self.result:
            self._metric.labels(*self._labels, self.result).observe(self.seconds)
        if raised is not None:
            self.error = self.result or type(raised).__name__
        if self._span is not None:
            _scope.reset(self._reset)
            self._end(self._span)
        elif self._waits_for is not None:
            self._went = self._waits_for.tracer.now()
            self._waits_for.keep(self)

    def become_span(self, tracer: Tracer, parent: Span) -> None:
        """It is over, and now it is known what it was a part of."""
        span = tracer.start(self._name, self._kind, parent, self._came)
        span.note(self._attributes)
        self._end(span, self._went)

    def _end(self, span: Span, at: int | None = None) -> None:
        if self.result:
            span.note({"codecheck.result": self.result})
        span.end(self.error, at)
