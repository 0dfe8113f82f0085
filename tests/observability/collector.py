"""A collector of traces on 127.0.0.1: it reads OTLP over HTTP, as the OpenTelemetry Collector does."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

KINDS = {Span.SPAN_KIND_SERVER: "server", Span.SPAN_KIND_CLIENT: "client", Span.SPAN_KIND_INTERNAL: "internal"}


@dataclass(frozen=True, slots=True)
class Taken:
    """A span that was taken.

    Args:
        trace: the ID of its trace.
        id: its ID.
        parent: its parent's ID; "" for a root.
        name: its name.
        kind: its kind.
        began: nanoseconds since 1970.
        ended: the same.
        failed: whether its status is an error.
        attributes: its attributes.
        process: those of the process that sent it.
    """

    trace: str
    id: str
    parent: str
    name: str
    kind: str
    began: int
    ended: int
    failed: bool
    attributes: Mapping[str, str | int]
    process: Mapping[str, str | int]


@dataclass
class Collector:
    """A collector.

    Args:
        url: where it is.
        spans: what it has taken.
        headers: those of the latest request.
        status: what it answers.
        hang: it answers only when this is set.
        requests: how many there have been.
    """

    url: str = ""
    spans: list[Taken] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    hang: asyncio.Event = field(default_factory=asyncio.Event)
    requests: int = 0

    @property
    def environ(self) -> dict[str, str]:
        """The variables of a bot that sends its traces here, without waiting for a full batch."""
        return {
            "CODECHECK_TRACES": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_BSP_SCHEDULE_DELAY": "20",
        }

    def named(self, name: str) -> list[Taken]:
        """The spans with this name, the earliest first."""
        return sorted((span for span in self.spans if span.name == name), key=lambda span: span.began)

    def below(self, span: Taken) -> set[str]:
        """The names of all spans that are part of this one, except payloads that came later."""
        children = [each for each in self.spans if each.parent == span.id and each.kind != "server"]
        return {each.name for each in children}.union(*(self.below(each) for each in children))

    async def until(self, condition: Callable[[], object], within: float = 10) -> None:
        """Wait until a condition of what was taken holds."""
        try:
            async with asyncio.timeout(within):
                while not condition():  # noqa: ASYNC110 - spans come from threads and other processes
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not so within {within} s:\n{self.tree()}") from None

    def tree(self) -> str:
        """What was taken, for the text of a failure: each span under its parent."""
        known = {span.id for span in self.spans}
        lines: list[str] = []

        def add(span: Taken, depth: int) -> None:
            lines.append(f"{'  ' * depth}{span.name} [{span.kind}] {dict(span.attributes)}")
            for child in sorted(self.spans, key=lambda one: one.began):
                if child.parent == span.id:
                    add(child, depth + 1)

        for span in sorted(self.spans, key=lambda one: one.began):
            if span.parent not in known:
                lines.append(f"trace {span.trace}, parent {span.parent or 'none'}")
                add(span, 1)
        return "\n".join(lines)

    async def take(self, request: web.Request) -> web.Response:
        """Take an export request."""
        self.requests += 1
        self.headers = dict(request.headers)
        body = await request.read()
        await self.hang.wait()
        if self.status == 200:
            if request.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            self.spans += _taken(ExportTraceServiceRequest.FromString(body))
        return web.Response(status=self.status, content_type="application/x-protobuf")


@asynccontextmanager
async def open_collector() -> AsyncIterator[Collector]:
    """A collector that takes everything, while the block lasts."""
    collector = Collector()
    collector.hang.set()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_post("/v1/traces", collector.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield collector
    finally:
        collector.hang.set()
        await runner.cleanup()


def _taken(request: ExportTraceServiceRequest) -> Iterable[Taken]:
    for resource in request.resource_spans:
        process = {each.key: _value(each.value) for each in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Taken(
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    name=span.name,
                    kind=KINDS[span.kind],
                    began=span.start_time_unix_nano,
                    ended=span.end_time_unix_nano,
                    failed=span.status.code == Status.STATUS_CODE_ERROR,
                    attributes={each.key: _value(each.value) for each in span.attributes},
                    process=process,
                )


def _value(value: AnyValue) -> str | int:
    return value.int_value if value.HasField("int_value") else value.string_value
