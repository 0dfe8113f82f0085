"""What a program sends for one deletion, recorded at the wire, so that others can do the same I/O as the bot.

The floor and the tutorial's bot play it back for other tasks: what differs from deletion to deletion is replaced by a
mark. So they always do as much as the bot, in the same order, with messages of the same size.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from urllib.parse import urlsplit

from benchmarks.conversation import CONFIRM, REVIEW, Conversation
from benchmarks.redis_wire import Trip, redis_wire
from benchmarks.rig import Rig
from benchmarks.steps import COMMAND, FRESH, Recording, Step, Turn, step_of
from codecheck_sandbox.codearts import Delay
from codecheck_sandbox.codearts.service import Api
from codecheck_sandbox.codearts.wire import Exchange as CodeArtsExchange
from codecheck_sandbox.slack.wire import Exchange as SlackExchange

_APIS: tuple[Api, ...] = ("GET", "defects-summary", "progress", "branches", "DELETE")
_SLOW = 0.03  # seconds that the service takes, so that what is sent at the same time is told from what waits for it
_QUIET = 0.3  # seconds for what comes after that which people see
_TOKEN = re.compile(r"(?<=:done:)[\w-]+|(?<=:signature:)[\w-]+")


async def record(rig: Rig, module: str = "bot", *, ready: bool = True) -> Recording:
    """Let a program delete two tasks, and write down what it sends for the second.

    Args:
        rig: where it happens.
        module: the program.
        ready: whether it says when it is ready.
    """
    noted: list[tuple[str, Step]] = []
    turn = ""

    def note(step: Step) -> None:
        noted.append((turn, step))

    def to_redis(trip: Trip) -> None:
        note(Step("redis", commands=tuple(map(tuple, trip))))

    def to_slack(exchange: SlackExchange) -> None:
        if exchange.to == "slack":
            note(Step("slack", exchange.what, urlsplit(exchange.address).query, exchange.sent))

    def to_codearts(exchange: CodeArtsExchange) -> None:
        note(Step("codearts", exchange.method, exchange.path, answer=exchange.answer))

    async with redis_wire(rig.redis_url, to_redis) as url:
        program = await rig.start(f"recorded-{module}", module, environ={"REDIS_URL": url}, ready=ready)
        rig.slack.connect_http(f"{program.process.url}/slack/events")
        await Conversation(rig, program).whole()  # for what is sent only once: scripts, look-ups of people
        unsubscribe = rig.slack.wire.subscribe(to_slack), rig.codearts.subscribe(to_codearts)
        for api in _APIS:
            rig.codearts.always_answer(Delay(_SLOW), to=api)
        conversation = Conversation(rig, program)
        await asyncio.sleep(_QUIET)
        noted.clear()
        for turn, acts in (  # noqa: B007 - note() reads it
            (COMMAND, conversation.asks),
            (REVIEW, conversation.reviews),
            (CONFIRM, conversation.confirms),
        ):
            await acts()
            await asyncio.sleep(_QUIET)
        for end in unsubscribe:
            end()
        rig.codearts.answer_as_usual()
        await program.process.terminate()
    marks = {
        conversation.task_id: "@task@",
        conversation.deletion_id: "@deletion@",
        conversation.ts: "@ts@",
        conversation.person.id: "@user@",
        program.keys.due.rpartition(":")[0]: "@keys@",
    }
    steps = [(turn, step) for turn, each in noted if (step := _marked(each, marks)) is not None]
    return {
        name: _turn([step for turn, step in steps if turn == name]) for name in dict.fromkeys(name for name, _ in steps)
    }


def _turn(steps: Sequence[Step]) -> Turn:
    """Messages are sent once the payload is acknowledged."""
    first = next(at for at, step in enumerate(steps) if step.what.startswith("chat."))
    return Turn(tuple(steps[:first]), tuple(steps[first:]))


def _marked(step: Step, marks: Mapping[str, str]) -> Step | None:
    """A step with marks; None if it has nothing to do with the deletion, such as the sweep."""
    text = json.dumps(asdict(step))
    marked = _TOKEN.sub(FRESH, text)
    for value, mark in marks.items():
        marked = marked.replace(value, mark)
    if step.to == "redis" and not any(mark in marked for mark in ("@task@", "@deletion@", FRESH)):
        return None
    return step_of(json.loads(marked))
