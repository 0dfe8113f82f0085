"""What people see of each conversation, as it happens, and whether it is true at that moment.

Hundreds of conversations go on at once or have just ended, so a change in the workspace wakes only the one it is about.
"""

import asyncio
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import CodeArtsStandIn, Exchange, Task
from codecheck_sandbox.slack import Channel, Message, Person, SlackStandIn
from codecheck_sandbox.slack.block_kit import Button
from codecheck_sandbox.slack.block_kit.blocks import Actions
from codecheck_sandbox.slack.workspace import Change

_ON_ITS_WAY = 1.0  # seconds
_SHOWN = 100  # characters
_DATE = re.compile(r"<!date\^(\d+)\^")
_FAR = 300  # seconds: everything that these conversations are about is nearer
_ID = re.compile(r"\b[0-9a-f]{32}\b")

ENDS = (
    (" deleted · ", State.DELETED),
    (" was not deleted.", State.FAILED),
    (" was already gone.", State.GONE),
    (" is gone.", State.GONE),
    (" kept · nobody confirmed by", State.EXPIRED),
    (" kept · ", State.CANCELLED),
    (": still not known", State.UNKNOWN_FINAL),
)
"""What the prompt says in the end, after the task's name."""
_KEPT = (" was not deleted", " kept ·")
_GONE = (" deleted", " was already gone")


@dataclass(frozen=True, slots=True)
class Team:
    """Two people with a channel of their own; one conversation at a time."""

    asker: Person
    other: Person
    channel: Channel


@dataclass(slots=True, eq=False)
class Seen:
    """What there is to see of one task.

    Args:
        task: the task.
        team: who talks about it.
        exists: False for a task that the service never knew.
        messages: the bot's messages as they are now, by ts.
        past: the prompts of earlier requests that have expired.
        lies: what was said that was not so.
        calls: the DELETEs that arrived.
        calls_too_many: those that arrived when the task had gone already.
        story: everything that happened, for the report of what went wrong.
        changed: set at the next change.
    """

    task: Task
    team: Team
    exists: bool = True
    messages: dict[str, Message] = field(default_factory=dict)
    past: set[str] = field(default_factory=set)
    lies: list[str] = field(default_factory=list)
    calls: int = 0
    calls_too_many: int = 0
    story: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def prompts(self) -> list[Message]:
        """The request's prompts; more than one if a lost answer or a crash made the bot post it again."""
        return [
            each
            for each in self.messages.values()
            if not (each.thread_ts or each.ephemeral)
            and _at(self, each)
            and each.ts not in self.past
            and any(name in each.text for name in self.names)
        ]

    @property
    def results(self) -> list[Message]:
        """What was announced in the thread."""
        return [each for each in self.messages.values() if each.thread_ts and not each.ephemeral]

    @property
    def private(self) -> list[Message]:
        """What was told to one person."""
        return [each for each in self.messages.values() if each.ephemeral or not _at(self, each)]

    def showing(self, label: str) -> Message | None:
        """The latest prompt that has a button."""
        return next((each for each in reversed(self.prompts) if label in buttons(each)), None)

    @property
    def names(self) -> tuple[str, str]:
        """What the task is called: by its name, and before that is known by the beginning of its ID."""
        return self.task.name, f"{self.task.id[:8]}…"

    @property
    def stopped_by_freeze(self) -> bool:
        """Whether a freeze ended it."""
        return any("stopped by" in prompt.text and "freeze" in prompt.text for prompt in self.prompts)

    def end(self) -> State | None:
        """How the prompts say that the request ended; None if none does."""
        return next((end for prompt in reversed(self.prompts) if (end := self.end_in(prompt)) is not None), None)

    def end_in(self, prompt: Message) -> State | None:
        """How one of them says that it ended; None if it does not."""
        if buttons(prompt):
            return None
        return next((state for words, state in ENDS if self.says(words, prompt.text)), None)

    def says(self, what: str, text: str) -> bool:
        """Whether a text says this of the task, right after its name."""
        plain = text.replace("*", "").replace("`", "")
        return any(f"{name}{what}" in plain for name in self.names)

    async def until(self, condition: Callable[[], object], within: float) -> bool:
        """Wait until something is to be seen. Returns whether it was, in so many seconds."""
        try:
            async with asyncio.timeout(within):
                while not condition():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return bool(condition())
        return True


class Board:
    """Hands every change to the conversation that it belongs to.

    Args:
        slack: is watched.
        codearts: is watched.
    """

    def __init__(self, slack: SlackStandIn, codearts: CodeArtsStandIn) -> None:
        self.strays = 0  # messages and DELETEs that came when nobody expected anything any more
        self._frozen_from = math.inf  # seconds since 1970
        self.times_from = 0.0  # seconds of `time.monotonic`: earlier than this, times may be off
        self._history = slack.workspace.history
        self._codearts = codearts
        self._by_task: dict[str, Seen] = {}
        self._by_ts: dict[tuple[str, str], Seen] = {}
        self._by_channel: dict[str, Seen] = {}
        self._gone: set[str] = set()
        slack.workspace.subscribe(self._hear)
        codearts.subscribe(self._note)

    def open(self, task: Task, team: Team, *, exists: bool = True) -> Seen:
        """Begin to watch a conversation, and create its task if it is to exist."""
        if exists:
            self._codearts.add_tasks(task)
        seen = Seen(task, team, exists)
        self._by_task[task.id] = seen
        for channel in (team.channel, team.asker.dm, team.other.dm):
            self._by_channel[channel.id] = seen
        return seen

    def close(self, seen: Seen) -> None:
        """Forget a conversation and its messages."""
        del self._by_task[seen.task.id]
        for message in seen.messages.values():
            self._by_ts.pop((message.channel, message.ts), None)
        for channel in (seen.team.channel, seen.team.asker.dm, seen.team.other.dm):
            for ts in [ts for ts in seen.messages if channel.message(ts) is not None]:
                channel.take(ts)

    def gone(self, task_id: str) -> bool:
        """Whether the task has been deleted."""
        if task_id not in self._gone and task_id not in self._codearts.tasks:
            self._gone.add(task_id)
        return task_id in self._gone

    def frozen(self) -> None:
        """From now on no DELETE may arrive, but for one that is just on its way."""
        self._frozen_from = time.time() + _ON_ITS_WAY

    def unfrozen(self) -> None:
        """From now on they may again."""
        self._frozen_from = math.inf

    def _hear(self, change: Change) -> None:
        self._history.clear()  # nobody else reads it, and it would grow
        seen = self._about(change)
        if seen is None:
            return
        seen.story.append(_line(change))
        message = change.message
        if message is not None and change.kind in {"posted", "edited"}:
            seen.messages[message.ts] = message
            self._by_ts[message.channel, message.ts] = seen
            self._check(seen, message.text)
        seen.changed.set()

    def _about(self, change: Change) -> Seen | None:
        """The conversation that a change belongs to; a message without the task's ID belongs to the latest there."""
        if change.message is not None:
            if (known := self._by_ts.get((change.channel, change.message.ts))) is not None:
                return known
            if (named := _ID.search(change.message.text)) is not None:
                self.strays += named[0] not in self._by_task
                return self._by_task.get(named[0])
        return self._by_channel.get(change.channel)

    def _check(self, seen: Seen, text: str) -> None:
        """Whether what is said of the task is so, and the times are those of people's clocks."""
        far = [int(at) - time.time() for at in _DATE.findall(text) if abs(int(at) - time.time()) > _FAR]
        if time.monotonic() >= self.times_from:
            seen.lies += [f"{_now()} a time that is {off:+.0f} s off: {text[:_SHOWN]!r}" for off in far]
        if not seen.exists:
            return
        gone = self.gone(seen.task.id)
        if not gone and any(seen.says(end, text) for end in _GONE):
            seen.lies.append(f"said before it was so: {text}")
        if gone and any(seen.says(end, text) for end in _KEPT):
            seen.lies.append(f"said although it is gone: {text}")

    def _note(self, exchange: Exchange) -> None:
        if exchange.method != "DELETE":
            return
        seen = self._by_task.get(exchange.path.rpartition("/")[2])
        if seen is None:
            self.strays += 1
            return
        seen.story.append(f"{_now()} DELETE: HTTP {exchange.http} {exchange.answer}")
        if exchange.at > self._frozen_from:
            seen.lies.append("a DELETE was sent although deletions were frozen")
        seen.calls += 1
        seen.calls_too_many += seen.task.id in self._gone  # as of the call before: this one may have been the one
        self.gone(seen.task.id)


def _now() -> str:
    return time.strftime("%H:%M:%S") + f".{time.time_ns() // 1_000_000 % 1_000:03}"


def _line(change: Change) -> str:
    message = change.message
    if message is None or change.kind == "clicked":
        return f"{_now()} {change.kind} by {change.user}: {change.text}"
    where = "in the thread" if message.thread_ts else f"for {message.only_for}" if message.only_for else message.ts
    return f"{_now()} {change.kind} {where}: {message.text[:_SHOWN]!r} {buttons(message) or ''}"


def buttons(message: Message) -> list[str]:
    """The labels of its buttons."""
    rows = [block for block in message.blocks if isinstance(block, Actions)]
    return [each.text.text for row in rows for each in row.elements if isinstance(each, Button)]


def _at(seen: Seen, message: Message) -> bool:
    return message.channel == seen.team.channel.id
