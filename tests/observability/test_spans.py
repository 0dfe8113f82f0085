"""Which spans there are, and what each is a part of, with a tracer that keeps them."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from prometheus_client import CollectorRegistry, Histogram

from bot.observability.spans import Kind, Span, Timed, Value, join, note, part_of, payload, trace_id, traced_by
from bot.observability.spans import traceparent as current

DELETION = f"00-{'d' * 32}-{'1' * 16}-01"


@dataclass
class Kept:
    """A span in memory."""

    name: str
    kind: Kind
    parent: str
    traceparent: str
    began: int
    ended: int = 0
    error: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)

    def note(self, attributes: Mapping[str, Value]) -> None:
        """Keep them."""
        self.attributes |= attributes

    def end(self, error: str = "", at: int | None = None) -> None:
        """Keep how it ended."""
        self.error, self.ended = error, -1 if at is None else at


@dataclass
class Memory:
    """A tracer in memory, whose clock counts."""

    spans: list[Kept] = field(default_factory=list)
    clock: int = 0

    def start(self, name: str, kind: Kind, parent: Span | str | None, at: int | None = None) -> Span:
        """Keep it."""
        above = parent if isinstance(parent, str) else parent.traceparent if parent is not None else ""
        number = len(self.spans) + 1
        trace = above[3:35] or f"{number:032x}"
        self.spans.append(Kept(name, kind, above, f"00-{trace}-{number:016x}-01", -1 if at is None else at))
        return self.spans[-1]

    def now(self) -> int:
        """One later each time."""
        self.clock += 1
        return self.clock

    def one(self, name: str) -> Kept:
        """The only span with this name."""
        (found,) = (span for span in self.spans if span.name == name)
        return found


@pytest.fixture
def tracer() -> Iterator[Memory]:
    """The tracer, in use."""
    memory = Memory()
    with traced_by(memory):
        yield memory


def test_a_command_begins_a_trace_and_what_it_does_is_a_part_of_it(tracer: Memory) -> None:
    """Nested as the blocks are."""
    with payload("command delete", of_deletion=False):
        with Timed("authorize"), Timed("users.info", Kind.CLIENT):
            pass
        note({"codecheck.state": "requested"})
    root = tracer.one("command delete")
    assert (root.parent, root.kind, root.ended, root.error) == ("", Kind.SERVER, -1, "")
    assert root.attributes == {"codecheck.state": "requested"}
    assert tracer.one("authorize").parent == root.traceparent
    assert tracer.one("users.info").parent == tracer.one("authorize").traceparent


def test_a_click_joins_its_deletions_trace_with_what_came_before_that_was_known(tracer: Memory) -> None:
    """The span begins when the payload came, and so do those of the reads that it took to find the trace."""
    with payload("button deletion.confirm", of_deletion=True):
        with Timed("EVALSHA") as reading:
            reading.note({"db.system.name": "redis"})
            reading.result = "ok"
        assert tracer.spans == []
        join(DELETION)
        assert trace_id() == "d" * 32
        with Timed("authorize"):
            pass
    click, read = tracer.one("button deletion.confirm"), tracer.one("EVALSHA")
    assert click.parent == DELETION
    assert (click.began, read.began, read.ended) == (1, 2, 3)
    assert read.parent == tracer.one("authorize").parent == click.traceparent
    assert read.attributes == {"db.system.name": "redis", "codecheck.result": "ok"}


@pytest.mark.parametrize("traceparent", ["", None])
def test_a_click_on_a_deletion_without_a_trace_has_one_of_its_own(tracer: Memory, traceparent: str | None) -> None:
    """It was recorded before tracing was switched on, or is no longer known."""
    with payload("button deletion.confirm", of_deletion=True):
        if traceparent is not None:
            join(traceparent)
        with Timed("EVALSHA"):
            pass
    click = tracer.one("button deletion.confirm")
    assert click.parent == ""
    assert tracer.one("EVALSHA").parent == click.traceparent


def test_the_first_deletion_that_is_read_decides(tracer: Memory) -> None:
    """A payload is part of one trace, also if it then reads other deletions."""
    with payload("button deletion.confirm", of_deletion=True):
        join(DELETION)
        join(f"00-{'e' * 32}-{'2' * 16}-01")
    assert tracer.one("button deletion.confirm").parent == DELETION


async def test_work_on_a_deletion_is_part_of_its_trace(tracer: Memory) -> None:
    """Whoever took it over; and so is what continues in tasks that were started meanwhile."""

    async def work() -> None:
        with Timed("step Recover"):
            pass

    with part_of(DELETION):
        task = asyncio.create_task(work())
    await task
    assert tracer.one("step Recover").parent == DELETION
    assert current() == ""


def test_work_that_a_payload_starts_on_its_deletion_stays_below_it(tracer: Memory) -> None:
    """On another deletion, it is part of that one's trace: a freeze redraws many."""
    with payload("button deletion.confirm", of_deletion=True):
        join(DELETION)
        with part_of(DELETION), Timed("step Call"):
            pass
        with part_of(f"00-{'e' * 32}-{'2' * 16}-01"), Timed("step Redraw"):
            pass
    assert tracer.one("step Call").parent == tracer.one("button deletion.confirm").traceparent
    assert tracer.one("step Redraw").parent[3:35] == "e" * 32


def test_what_no_payload_asked_for_has_no_span(tracer: Memory) -> None:
    """A sweep runs twice a second."""
    with part_of(""), Timed("EVALSHA") as call:
        assert not call.traced
    join(DELETION)
    note({"codecheck.state": "requested"})
    assert tracer.spans == []
    assert (current(), trace_id()) == ("", "")


def test_an_error_is_told_in_one_word(tracer: Memory) -> None:
    """The text of an exception may hold anything."""

    def fail(result: str) -> None:
        with Timed("chat.postMessage") as call:
            call.result = result
            raise ValueError("a secret")

    with payload("command delete", of_deletion=False):
        for result in ("refused", ""):
            with pytest.raises(ValueError, match="secret"):
                fail(result)
        with Timed("GET") as call:
            call.result, call.error = "4xx", "404"
    assert [span.error for span in tracer.spans] == ["", "refused", "ValueError", "404"]
    with pytest.raises(KeyError), payload("command list", of_deletion=False):
        raise KeyError("a secret")
    assert tracer.one("command list").error == "KeyError"
    assert "secret" not in str(tracer.spans)


def test_a_metric_counts_with_and_without_a_tracer(tracer: Memory) -> None:
    """By the same block; one without a result is not counted, as it was cut off by ourselves."""
    registry = CollectorRegistry()
    metric = Histogram("call_seconds", "Calls.", ("method", "result"), registry=registry)
    for result in ("ok", ""):
        with Timed("GET", Kind.CLIENT, metric, ("GET",)) as call:
            call.result = result
        assert call.seconds > 0
    assert registry.get_sample_value("call_seconds_count", {"method": "GET", "result": "ok"}) == 1
    assert registry.get_sample_value("call_seconds_count", {"method": "GET", "result": ""}) is None
    assert tracer.spans == []


def test_without_a_tracer_there_is_nothing() -> None:
    """Which is the default."""
    with payload("button deletion.confirm", of_deletion=True), part_of(DELETION), Timed("EVALSHA") as call:
        join(DELETION)
        note({"codecheck.state": "requested"})
        assert (call.traced, current(), trace_id()) == (False, "", "")


def test_the_tracer_of_before_is_back_afterwards() -> None:
    """Two bots in one process, as in tests."""
    first, second = Memory(), Memory()
    with traced_by(first):
        with traced_by(second), payload("command help", of_deletion=False):
            pass
        with payload("command list", of_deletion=False):
            pass
    with payload("command show", of_deletion=False):
        pass
    assert ([span.name for span in first.spans], [span.name for span in second.spans]) == (
        ["command list"],
        ["command help"],
    )
