"""`codecheck-bot sandbox --play`: plays a few conversations with the real bot and prints them."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codecheck_sandbox.codearts import Drop, Refuse
from codecheck_sandbox.slack import Message, NeverHappenedError, NotPossibleError, Transcript
from codecheck_sandbox.world import World, open_world

_FRONTEND = "897acf7a1bd64e3b9b7b6c0de36e0c3d"
_SEARCH = "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b"
_GATEWAY = "5d0e8b7c6a5f4e3d2c1b0a9f8e7d6c5b"
_WIDTH = 100
_PATIENCE = 15.0  # seconds for what takes a few look-ups
_DWELL = 2.2  # seconds: a second confirmation counts 2 s after its button was shown


@dataclass(frozen=True, slots=True)
class Scene:
    """One conversation.

    Args:
        title: what it shows.
        play: plays it; raises AssertionError if the bot misbehaves.
    """

    title: str
    play: Callable[[World], Awaitable[None]]


async def play(manifest: Mapping[str, object], redis_url: str, *, socket_mode: bool) -> bool:
    """Play every scene and print what happens.

    Args:
        manifest: the bot's manifest, parsed.
        redis_url: the Redis to use.
        socket_mode: whether the bot uses Socket Mode instead of HTTP.

    Returns:
        Whether everything went as expected.
    """
    with tempfile.TemporaryDirectory() as folder:
        async with open_world(manifest, redis_url, Path(folder), socket_mode=socket_mode) as world:
            _say(f"#{world.channel.name}: alice and bob have operators, carol has none. The bot is real; Slack and")
            _say(f"CodeArts Check are stand-ins on this machine, used over {'Socket Mode' if socket_mode else 'HTTP'}.")
            passed = [await _perform(number, scene, world) for number, scene in enumerate(SCENES, 1)]
    _say("")
    _say(f"{sum(passed)} of {len(passed)} conversations went as expected.")
    return all(passed)


async def _perform(number: int, scene: Scene, world: World) -> bool:
    _say("")
    _say(f"── {number}. {scene.title} ".ljust(_WIDTH, "─"))
    begun = len(world.slack.workspace.history)
    fault = ""
    try:
        await scene.play(world)
    except (NeverHappenedError, NotPossibleError, AssertionError) as error:
        fault = str(error).splitlines()[0]
    transcript = Transcript(world.slack.workspace)
    for change in world.slack.workspace.history[begun:]:
        if change.channel == world.channel.id and (line := transcript.narrate(change)):
            _say(line)
    _say(f"✗ {fault}" if fault else "✓ as expected")
    return not fault


async def _deleted(world: World) -> None:
    await _ask(world, _FRONTEND)
    await _confirm(world, "Delete webshop-frontend")
    await _result(world, "status: success", "httpStatus: OK")
    _must("one task was deleted, by alice", holds=[gone.operator for gone in world.codearts.deletions] == ["alice"])


async def _cancelled(world: World) -> None:
    await _ask(world, _SEARCH)
    await world.alice.clicks("Cancel", on=world.channel)
    await world.slack.until(lambda: "cancelled by" in _latest(world).text)
    _must("the task is still there", holds=_SEARCH in world.codearts.tasks)


async def _refused(world: World) -> None:
    answer = await world.carol.types(f"/codecheck delete {_SEARCH}", in_=world.channel)
    _must("carol is told that she has no CodeArts user", holds="no CodeArts user" in answer.text)
    await _ask(world, _SEARCH)
    prompt = _latest(world)
    await world.bob.clicks("Review deletion…", on=prompt)
    await world.slack.until(lambda: any(seen.only_for == world.bob.id for seen in world.bob.sees(world.channel)))
    await world.alice.clicks("Cancel", on=world.channel)
    await world.slack.until(lambda: "cancelled by" in _latest(world).text)


async def _failed(world: World) -> None:
    world.codearts.next_answer(Refuse("CC.00050015"))
    await _ask(world, _SEARCH)
    await _confirm(world, "Delete webshop-search-old")
    await _result(world, "was not deleted", "A check is running")
    _must("the task is still there", holds=_SEARCH in world.codearts.tasks)


async def _unknown(world: World) -> None:
    world.codearts.next_answer(Drop(after_deleting=True))
    await _ask(world, _GATEWAY)
    await _confirm(world, "Delete payments-gateway")
    await world.slack.until(lambda: "not known yet" in _latest(world).text)
    await _result(world, "deleted", "seen to be gone")
    _must("the task has gone", holds=_GATEWAY not in world.codearts.tasks)


SCENES = (
    Scene("Requested, reviewed, confirmed: deleted", _deleted),
    Scene("Alice changes her mind: cancelled", _cancelled),
    Scene("Someone else presses the buttons, and someone without an operator asks: refused", _refused),
    Scene("CodeArts Check refuses: the bot says what it said, and the task stays", _failed),
    Scene("The connection is lost during the call: not known, looked into, then the truth", _unknown),
)


async def _ask(world: World, task_id: str) -> None:
    """Alice asks, and waits for the prompt."""
    begun = len(world.channel.messages)
    await world.alice.types(f"/codecheck delete {task_id}", in_=world.channel)
    await world.slack.until(lambda: any(task_id in seen.text for seen in world.channel.messages[begun:]))


async def _confirm(world: World, label: str) -> None:
    """Alice gives both confirmations."""
    await world.alice.clicks("Review deletion…", on=world.channel)
    await world.slack.until(lambda: "for good?" in _latest(world).text)
    await asyncio.sleep(_DWELL)
    await world.alice.clicks(label, on=world.channel)


async def _result(world: World, *texts: str) -> None:
    """Wait for the announcement that contains all of `texts`."""

    def announced() -> bool:
        latest = _latest(world)
        return latest.broadcast and all(text in latest.text for text in texts)

    await world.slack.until(announced, within=_PATIENCE)


def _latest(world: World) -> Message:
    return world.channel.messages[-1]


def _must(what: str, *, holds: bool) -> None:
    if not holds:
        raise AssertionError(f"failed: {what}")


def _say(line: str) -> None:
    print(line)  # noqa: T201 - the command is there to print the transcript
