"""The figures: what they are compared with does the same I/O, and the document shows what was measured."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.plots import FOLDER, PLOTS, digest
from benchmarks.production import development_only
from benchmarks.profiled import LOOP, part_of
from benchmarks.profiling import shares
from benchmarks.recording import record
from benchmarks.redis_wire import commands
from benchmarks.results import LATEST
from benchmarks.rig import open_rig
from benchmarks.spread import Spread, percentile
from benchmarks.steps import Recording, Step, Values, read, write
from benchmarks.tables import targets
from benchmarks.targets import TARGETS

RESULTS: Mapping[str, object] = json.loads(LATEST.read_text(encoding="utf-8"))


def sent(recording: Recording) -> Mapping[str, Iterable[Step]]:
    """What was sent for each payload, without the answers, in an order that does not depend on what is concurrent."""
    turns = {name: (*turn.before, *turn.after) for name, turn in recording.items()}
    return {name: sorted((replace(step, answer="") for step in turn), key=repr) for name, turn in turns.items()}


@pytest.mark.slow
async def test_the_floor_and_the_tutorials_bot_do_the_bots_io(tmp_path: Path) -> None:
    """The same commands to Redis, messages to Slack and requests to the service, recorded at the wire."""
    async with open_rig(tmp_path) as rig:
        bot = await record(rig)
        write(bot, rig.recording)
        assert read(rig.recording) == bot
        floor = await record(rig, "benchmarks.floor", ready=False)
        tutorial = await record(rig, "benchmarks.tutorial_bot", ready=False)
    assert list(bot) == ["command", "deletion.review", "deletion.confirm"]
    assert [step.what for step in bot["command"].after if step.to == "slack"] == ["chat.postMessage"]
    assert any(step.what == "DELETE" for step in bot["deletion.confirm"].after)
    assert sent(floor) == sent(bot)
    assert {name: [each.to for each in steps] for name, steps in sent(tutorial).items()} == {
        name: [each.to for each in steps] for name, steps in sent(bot).items()
    }


def test_the_pictures_are_of_these_results() -> None:
    """Whoever takes the figures again draws them again: `make figures`."""
    for name in PLOTS:
        assert f"results {digest()}" in (FOLDER / f"performance-{name}.svg").read_text(encoding="utf-8")


def test_a_figure_beyond_its_aim_is_called_missed() -> None:
    """Every aim finds its figure among the results, and a strict one is missed by its limit itself."""
    rows = targets(RESULTS).splitlines()[2:]
    assert len(rows) == len(TARGETS)
    for row, target in zip(rows, TARGETS, strict=True):
        assert row.endswith("| reached |" if target.reached(RESULTS) else "| **missed** |")
        assert replace(target, limit=target.figure(RESULTS)).reached(RESULTS) is not target.strict
        assert not replace(target, limit=target.figure(RESULTS) - 1).reached(RESULTS)


def test_a_round_trip_is_read_from_the_wire() -> None:
    """Pipelined commands are one; anything but Redis's protocol is refused."""
    assert commands(b"*1\r\n$4\r\nTIME\r\n*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n") == [["TIME"], ["GET", "a\r\nb"]]
    with pytest.raises(ValueError, match="expected"):
        commands(b"PING\r\n")


def test_marks_are_replaced() -> None:
    """A token that is used once is another one each time."""
    values = Values("bot:{deletions}", "task-1", "U1", deletion="d1", ts="1.2")
    assert values.into("@keys@:task:@task@ @deletion@ @user@ @ts@") == "bot:{deletions}:task:task-1 d1 U1 1.2"
    assert values.into("@fresh@") != values.into("@fresh@")


def test_percentiles_and_spreads() -> None:
    """A percentile is one of the samples; a spread has the median, the lowest and the highest."""
    assert [percentile(range(1, 101), part) for part in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert percentile([7], 99) == 7
    assert Spread.of([3, 1, 2]) == Spread(2, 1, 3)


def test_samples_count_for_the_innermost_library() -> None:
    """The standard library's frames count for whoever calls them."""
    library = "/venv/lib/python3.11/site-packages"
    assert part_of(iter(["/usr/lib/python3.11/json/encoder.py", "/src/bot/store/codec.py"])) == "bot/store"
    assert part_of(iter([f"{library}/redis/asyncio/connection.py", "/src/bot/store/codec.py"])) == "redis-py"
    assert part_of(iter(["/usr/lib/python3.11/asyncio/runners.py", "/src/bot/cli/execution.py"])) == LOOP
    assert shares({"a": 1, "b": 3}) == [{"part": "b", "percent": 75.0}, {"part": "a", "percent": 25.0}]


def test_what_only_development_has_is_hidden() -> None:
    """What production installs is not."""
    assert {"pytest", "matplotlib", "mypy"} <= development_only()
    assert not {"aiohttp", "redis", "slack_bolt", "pydantic", "yaml"} & development_only()
