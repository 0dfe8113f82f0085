"""One deletion, as a person goes through it: the command, the review, the confirmation."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.rig import Rig, Subject
from codecheck_sandbox.slack import Message, Person

REVIEW, CONFIRM = "deletion.review", "deletion.confirm"


@dataclass(slots=True)
class Conversation:
    """One deletion. The program that is measured must be connected to the stand-in Slack.

    Args:
        rig: where it happens.
        subject: the program.
        person: who asks and confirms.
        task_id: what is deleted.
        deletion_id: the deletion's ID, once the prompt is shown.
        ts: the prompt's timestamp, the same.
        seconds: how long people waited, by what for.
    """

    rig: Rig
    subject: Subject
    person: Person = field(init=False)
    task_id: str = field(init=False)
    deletion_id: str = ""
    ts: str = ""
    seconds: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take a person and a new task."""
        self.person = next(self.rig.people)
        (self.task_id,) = self.rig.new_tasks(1)

    async def whole(self) -> None:
        """From the command to the result."""
        await self.asks()
        await self.reviews()
        await self.confirms()

    async def asks(self) -> None:
        """Type the command, and wait for the prompt."""
        started = time.perf_counter()
        await self.person.types(f"/codecheck delete {self.task_id}", in_=self.rig.channel)
        await self._seen("prompt", started, lambda message: self.task_id in message.text)
        found = await self.rig.prompted(self.subject, self.task_id)
        if found is None:
            raise RuntimeError("the request was refused")
        self.deletion_id, self.ts = found

    async def reviews(self) -> None:
        """Press the first button, and wait for the second."""
        started = time.perf_counter()
        await self._presses(REVIEW)
        await self._seen("review", started, lambda message: message.ts == self.ts and "for good?" in message.text)
        await self.rig.confirmable(self.subject, self.deletion_id)

    async def confirms(self) -> None:
        """Press the second button, and wait for the result."""
        started = time.perf_counter()
        await self._presses(CONFIRM)
        await self._seen("result", started, lambda message: message.thread_ts == self.ts and "status:" in message.text)

    async def _presses(self, action: str) -> None:
        prompt = self.rig.channel.message(self.ts)
        if prompt is None:
            raise RuntimeError("there is no prompt")
        answer = await self.person.presses(action, on=prompt)
        if answer.notice:
            raise RuntimeError(answer.notice)

    async def _seen(self, what: str, started: float, shows: Callable[[Message], bool]) -> None:
        await self.rig.slack.until(lambda: any(map(shows, self.rig.channel.messages)), within=10)
        self.seconds[what] = time.perf_counter() - started
