"""What people do: each kind of conversation, played the way people play it.

They click again if nothing happens, ask again if no prompt comes, and wait for the end. They never look into Redis.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from benchmarks.soak.board import Seen, buttons
from bot.domain.lifecycle import State
from codecheck_sandbox.slack import Message, NotPossibleError, Person

_PATIENCE = 4.0  # seconds until people try again; Slack shows its own error after three
_PROMPT = 6.0  # seconds until they ask again
_LIMIT = 240.0  # seconds after which a conversation counts as stuck
_LOOK = 1.3  # seconds that they look at the red button, which counts after one
REVIEW, REVIEW_AGAIN, CANCEL, KEEP, DECLINE = "Review deletion…", "Review again…", "Cancel", "Keep it", "Decline…"


class Kind(StrEnum):
    """What a conversation is meant to become."""

    DELETE = "delete"
    CANCEL = "cancel"
    EXPIRE = "expire"
    DECLINE = "decline"
    SECOND_PERSON = "second person"
    DOUBLE_CLICKS = "every click three times"
    UNKNOWN_TASK = "unknown task"
    REFUSED = "refused by the service"


BY_OTHERS = frozenset({Kind.DECLINE, Kind.SECOND_PERSON})
"""Those that another person has to confirm."""


class StuckError(Exception):
    """What people wait for does not come."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation.

    Args:
        kind: what it is meant to become.
        seen: what there is to see of it.
        random: for what people do one way or another.
    """

    kind: Kind
    seen: Seen
    random: Random

    async def play(self) -> None:
        """From the command to its visible end. Raises `StuckError`."""
        try:
            async with asyncio.timeout(_LIMIT):
                await self._play()
        except TimeoutError:
            raise StuckError(f"{self.kind}: nothing happened any more") from None

    async def _play(self) -> None:
        match self.kind:
            case Kind.DELETE | Kind.DOUBLE_CLICKS | Kind.REFUSED:
                await self._delete()
            case Kind.SECOND_PERSON:
                await self._second_person()
            case Kind.CANCEL:
                await self._cancel()
            case Kind.DECLINE:
                await self._decline()
            case Kind.EXPIRE:
                await self._expire()
            case Kind.UNKNOWN_TASK:
                await self._unknown_task()

    @property
    def _times(self) -> int:
        return 3 if self.kind is Kind.DOUBLE_CLICKS else 1

    async def _ask(self) -> None:
        """Ask until there is a prompt."""
        self.seen.past.update(prompt.ts for prompt in self.seen.prompts)
        while not self.seen.prompts:
            await self._type()
            await self.seen.until(lambda: self.seen.prompts, _PROMPT)

    async def _type(self) -> str:
        command = f"/codecheck delete {self.seen.task.id}"
        team = self.seen.team
        answers = await asyncio.gather(*(team.asker.types(command, in_=team.channel) for _ in range(self._times)))
        return answers[0].text

    async def _press(self, by: Person, labels: tuple[str, ...], done: Callable[[], object]) -> None:
        """Press a button, again and again if need be, until its effect is to be seen."""
        while not done():
            for label in labels:
                if (prompt := self.seen.showing(label)) is not None:
                    await asyncio.gather(*(_click(by, label, prompt) for _ in range(self._times)))
                    break
            await self.seen.until(done, _PATIENCE)

    async def _review(self) -> None:
        await self._press(
            self.seen.team.asker, (REVIEW, REVIEW_AGAIN), lambda: self.seen.showing(KEEP) or self.seen.end()
        )

    async def _confirm(self, by: Person) -> None:
        """Give both confirmations; start again if the bot asks for that or nobody confirmed in time."""
        red = tuple(f"Delete {name}" for name in self.seen.names)
        while self.seen.end() in {None, State.EXPIRED}:
            if self.seen.end() is State.EXPIRED:
                await self._ask()
            await self._review()
            await asyncio.sleep(_LOOK)
            await self._press(by, red, lambda: not self._shows(*red))
            await self.seen.until(lambda: self.seen.end() or self._shows(REVIEW, REVIEW_AGAIN, *red), 90)

    def _shows(self, *labels: str) -> bool:
        return any(self.seen.showing(label) for label in labels)

    async def _delete(self) -> None:
        await self._ask()
        await self._confirm(self.seen.team.asker)

    async def _second_person(self) -> None:
        await self._ask()
        await self._confirm(self.seen.team.other)

    async def _cancel(self) -> None:
        await self._ask()
        if self.random.random() < 0.5:  # noqa: PLR2004 - half of them think better of it after a look
            await self._review()
        await self._press(self.seen.team.asker, (CANCEL, KEEP), self.seen.end)

    async def _expire(self) -> None:
        await self._ask()
        if self.random.random() < 0.5:  # noqa: PLR2004 - half of them leave after the first step
            await self._review()
        await self.seen.until(self.seen.end, _LIMIT)

    async def _decline(self) -> None:
        await self._ask()
        await self._review()
        by = self.seen.team.other
        while not self.seen.end():
            if by.view is None and (prompt := self.seen.showing(DECLINE)) is not None:
                await _click(by, DECLINE, prompt)
                await self.seen.until(lambda: by.view or self.seen.end(), _PATIENCE)
            if by.view is not None:
                await by.submits({"reason": "still in use"})
                if by.view is not None:
                    await by.closes()
            await self.seen.until(self.seen.end, _PATIENCE)

    async def _unknown_task(self) -> None:
        """Mostly the answer is private; if the service could not be asked in time, there is a prompt to cancel."""
        while not self.seen.prompts:
            if "knows no task" in await self._type():
                return
            await self.seen.until(lambda: self.seen.prompts, _PROMPT)
        await self._press(self.seen.team.asker, (CANCEL, KEEP), self.seen.end)

    async def settle(self) -> None:
        """Press what still has buttons after the end: a prompt that was posted twice. Raises `StuckError`."""
        for _ in range(10):
            left = [prompt for prompt in self.seen.prompts if buttons(prompt)]
            if not left:
                return
            for prompt in left:
                await _click(self.seen.team.asker, buttons(prompt)[0], prompt)
            await self.seen.until(lambda: not any(buttons(each) for each in self.seen.prompts), _PATIENCE)
        raise StuckError(f"{self.kind}: buttons are left after the end")


async def _click(by: Person, label: str, prompt: Message) -> None:
    try:
        await by.clicks(label, on=prompt)
    except NotPossibleError:  # it has just gone
        return
