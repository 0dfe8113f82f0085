"""Traces of bots that are processes: one for each deletion, whoever acts, on whichever replica, whatever is killed."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import unused_port

from bot.domain.lifecycle import State
from tests.faults.conftest import Worlds
from tests.faults.rig import DELETED, NAME, REVIEW, TASK, Rig
from tests.faults.wire import Point
from tests.observability.collector import Collector, Taken, open_collector

WHY = "replaced by a-new-shop"


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    """A collector that takes everything."""
    async with open_collector() as opened:
        yield opened


def one(collector: Collector, name: str) -> Taken:
    """The only span with this name."""
    found = collector.named(name)
    assert len(found) == 1, collector.tree()
    return found[0]


@pytest.mark.slow
@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
async def test_from_the_command_to_the_announcement_it_is_one_trace(
    world: Worlds, collector: Collector, *, socket_mode: bool
) -> None:
    """Asked at one replica, reviewed and confirmed at a second, which is killed; a third announces it."""
    async with world(environ=collector.environ, socket_mode=socket_mode) as rig:
        await rig.alice.types(f"/codecheck delete {TASK} {WHY}", in_=rig.channel)
        await rig.slack.until(rig.prompts)
        await collector.until(lambda: collector.named("step Show"))
        if socket_mode:  # Slack hands payloads to any of the connections
            rig.bots[0].signal(signal.SIGTERM)
            await rig.bots[0].ended()
        await rig.start_bot()
        await rig.press(REVIEW, rig.at_step_2)
        await rig.confirmable()
        await collector.until(lambda: collector.named("button deletion.review"))
        rig.wire.at(Point("codearts DELETE", 1, "after"), rig.kill_and_restart)
        await rig.confirm()
        await rig.must_have_ended(State.DELETED)
        await collector.until(lambda: [span for span in collector.named("step Notify") if told(span) == "result"])

        root = one(collector, "command delete")
        review, recovery = one(collector, "button deletion.review"), one(collector, "step Recover")
        result = next(span for span in collector.named("step Notify") if told(span) == "result")
        assert {span.trace for span in collector.spans} == {root.trace}, collector.tree()
        assert root.parent == ""
        assert {span.parent for span in (review, recovery, result)} == {root.id}, collector.tree()
        assert root.process["service.instance.id"] != review.process["service.instance.id"]
        assert review.process["service.instance.id"] != recovery.process["service.instance.id"]
        assert root.process["service.name"] == "codecheck-bot"

        below = {span.name: collector.below(span) for span in (root, review, recovery, result)}
        assert {"authorize", "users.info", "look_up", "GET", "EVALSHA", "step Show"} <= below[root.name]
        assert {"authorize", "EVALSHA", "step Redraw"} <= below[review.name]
        assert {"look_up", "GET", "EVALSHA"} <= below[recovery.name]
        assert {"chat.postMessage", "EVALSHA"} == below[result.name]
        assert root.attributes["codecheck.task.id"] == TASK
        assert {span.attributes["codecheck.deletion.id"] for span in (root, review, recovery, result)} == {
            root.attributes["codecheck.deletion.id"]
        }
        assert recovery.attributes["codecheck.state"] == "deleted"
        assert root.kind == review.kind == "server"
        must_hold_no_text(rig, collector)
        ids = {entry["trace_id"] for bot in rig.bots for entry in bot.log if "trace_id" in entry}
        assert ids == {root.trace}
        assert all("trace_id" in entry for bot in rig.bots for entry in bot.log if "deletion" in entry), rig.bots[
            -1
        ].log


def told(span: Taken) -> str:
    """Whom a message was for."""
    return str(span.attributes["codecheck.target"])


def must_hold_no_text(rig: Rig, collector: Collector) -> None:
    """No span holds a secret, a name of a person or a task, or what someone wrote."""
    said = [str(value) for span in collector.spans for value in (span.name, *span.attributes.values())]
    for text in (WHY, "a-new-shop", NAME, "alice", "U01ALICE", rig.slack.bot_token, "xoxb-", "sandbox-secret"):
        assert not [value for value in said if text in value], text
    assert not [value for value in said if "?" in value]  # the query of a search has a name in it


async def test_the_secret_path_of_a_response_url_is_in_no_span(world: Worlds, collector: Collector) -> None:
    """Whoever has it can post. The span says only to which host the message went."""
    async with world(environ=collector.environ) as rig:
        elsewhere = rig.slack.channel("C01ELSEWHERE", "elsewhere", members=[rig.alice], with_bot=False)
        await rig.alice.types(f"/codecheck delete {TASK} {WHY}", in_=elsewhere)
        await collector.until(lambda: collector.named("response_url"))
        call = collector.named("response_url")[0]
        assert call.attributes["http.response.status_code"] == 200
        assert call.attributes["server.address"] == "127.0.0.1"
        assert not [value for value in call.attributes.values() if "/" in str(value)]
        must_hold_no_text(rig, collector)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["refuses", "hangs", "answers 500"])
async def test_without_its_collector_the_bot_does_its_work(world: Worlds, collector: Collector, trouble: str) -> None:
    """It deletes, says once that the traces are lost, and stops although the collector still does not answer."""
    environ = collector.environ | {"OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    match trouble:
        case "refuses":
            environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{unused_port()}"
        case "hangs":
            collector.hang.clear()
            environ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "100"
        case _:
            collector.status = 500
    async with world(environ=environ) as rig:
        await rig.delete()
        await rig.must_have_ended(State.DELETED)
        assert len(rig.results(DELETED)) == 1
        bot = rig.bots[0]
        if trouble != "hangs":
            await rig.logged("traces not delivered")
        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0
        lines = [entry for entry in bot.log if "traces" in str(entry.get("event"))]
        assert [entry["event"] for entry in lines] == ["traces not delivered"], lines
        assert not [entry for entry in bot.log if "opentelemetry" in str(entry.get("logger"))]
        assert collector.spans == []


async def test_a_collector_that_is_back_is_told_of(world: Worlds, collector: Collector) -> None:
    """A line says so, and the spans that follow are taken."""
    collector.status = 500
    async with world(environ=collector.environ) as rig:
        await rig.ask()
        await rig.logged("traces not delivered")
        collector.status = 200
        await rig.press(REVIEW, rig.at_step_2)
        await rig.logged("traces are delivered again")
        await collector.until(lambda: collector.named("button deletion.review"))


async def test_what_is_left_at_the_end_is_sent(world: Worlds, collector: Collector, tmp_path: Path) -> None:
    """With the headers of a secret file, and what the SDK's own variables say."""
    (tmp_path / "headers").write_text("x-api-key=s3cr3t-key\n")
    environ = collector.environ | {
        "OTEL_BSP_SCHEDULE_DELAY": "600000",
        "OTEL_EXPORTER_OTLP_HEADERS_FILE": str(tmp_path / "headers"),
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=staging",
    }
    async with world(environ=environ) as rig:
        await rig.ask()
        assert collector.requests == 0
        rig.bots[0].signal(signal.SIGTERM)
        assert await rig.bots[0].ended() == 0
        assert collector.named("command delete")
        assert collector.headers["x-api-key"] == "s3cr3t-key"
        assert collector.spans[0].process["deployment.environment.name"] == "staging"
        assert "s3cr3t-key" not in rig.story()


async def test_a_trace_that_is_not_sampled_stays_so_on_every_replica(world: Worlds, collector: Collector) -> None:
    """The decision lives with the deletion, so no replica sends a part of a trace without its beginning."""
    async with world(environ=collector.environ | {"OTEL_TRACES_SAMPLER": "always_off"}) as rig:
        await rig.ask()
        (deletion,) = await rig.deletions()
        assert deletion.traceparent.endswith(("-00", "-02"))
        await rig.press(REVIEW, rig.at_step_2)
        rig.bots[0].signal(signal.SIGTERM)
        await rig.bots[0].ended()
        assert collector.requests == 0


async def test_off_by_default_nothing_is_sent_or_stored(world: Worlds, collector: Collector) -> None:
    """Whatever OTEL_ variables there are: a cluster may set them for everyone."""
    environ = {name: value for name, value in collector.environ.items() if name != "CODECHECK_TRACES"}
    async with world(environ=environ) as rig:
        await rig.delete()
        await rig.must_have_ended(State.DELETED)
        assert {deletion.traceparent for deletion in await rig.deletions()} == {""}
        assert not [entry for entry in rig.bots[0].log if "trace_id" in entry]
        rig.bots[0].signal(signal.SIGTERM)
        await rig.bots[0].ended()
    assert collector.requests == 0


async def test_off_by_default_its_packages_are_not_imported() -> None:
    """A process that imports the whole bot has nothing of the SDK but its metrics, which redis-py imports by itself."""
    script = "import sys, bot.app; print(*[m for m in sys.modules if m.startswith(('opentelemetry', 'requests'))])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    loaded = printed.decode().split()
    assert not [name for name in loaded if name.startswith(("opentelemetry.exporter", "opentelemetry.sdk.trace"))]
    assert not [name for name in loaded if name.startswith("requests")]
