"""Starts conversations at a steady rate, lets each come to its end, and keeps what was seen of it."""

import asyncio
import itertools
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.soak.board import Seen, Team
from benchmarks.soak.conversations import BY_OTHERS, Conversation, Kind, StuckError
from benchmarks.soak.ending import Ended
from benchmarks.soak.scene import Scene
from codecheck_sandbox.codearts import Task
from codecheck_sandbox.codearts.accounts import WEBSHOP

LINGER = 45.0
"""Seconds for which an ended conversation is still watched: longer than the longest lease."""


@dataclass(slots=True)
class Traffic:
    """Conversations.

    Args:
        scene: where they take place.
        random: decides what comes next.
        linger: seconds for which an ended one is still watched.
        ended: what was seen of each, by task.
        seconds: how long each took, for the people in it.
        skipped: how many were not started, since nobody was free.
    """

    scene: Scene
    random: Random
    linger: float = LINGER
    ended: dict[str, Ended] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    skipped: int = 0

    async def run(self, rate: float, seconds: float, also: Callable[[], object] = lambda: None) -> None:
        """Start `rate` a second for so many seconds, and wait until all of them have ended.

        Args:
            rate: how many a second.
            seconds: for how long.
            also: called at the start of each.
        """
        kinds = itertools.cycle(Kind)
        start = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                await asyncio.sleep(max(start + number / rate - time.monotonic(), 0))
                also()
                kind = next(kinds)
                free = self.scene.gates if kind in BY_OTHERS else self.scene.teams
                if free:
                    group.create_task(self._have(kind, free.pop(0), number))
                else:  # the bot is slower than the people: nobody is left to ask
                    self.skipped += 1

    async def _have(self, kind: Kind, team: Team, number: int) -> None:
        """One conversation."""
        name = f"soak-{number:06}"
        task = Task(
            secrets.token_hex(16),
            name,
            WEBSHOP,
            "Webshop",
            "https://example.com/x.git",
            running=kind is Kind.REFUSED,
            last_check="",
        )
        seen = self.scene.board.open(task, team, exists=kind is not Kind.UNKNOWN_TASK)
        conversation = Conversation(kind, seen, self.random)
        wrong = []
        started = time.monotonic()
        try:
            await conversation.play()
            await conversation.settle()
            self.seconds.append(time.monotonic() - started)
        except StuckError as stuck:
            wrong.append(str(stuck))
        (self.scene.gates if kind in BY_OTHERS else self.scene.teams).append(team)
        await asyncio.sleep(self.linger)
        self.ended[task.id] = self._as_ended(kind, seen, wrong)
        self.scene.board.close(seen)

    def _as_ended(self, kind: Kind, seen: Seen, wrong: Sequence[str]) -> Ended:
        return Ended(
            kind,
            [seen.end_in(prompt) for prompt in seen.prompts],
            [each.text for each in seen.results],
            gone=seen.exists and self.scene.board.gone(seen.task.id),
            stopped_by_freeze=seen.stopped_by_freeze,
            calls=seen.calls,
            calls_too_many=seen.calls_too_many,
            wrong=[*wrong, *seen.lies],
            story=seen.story,
        )
