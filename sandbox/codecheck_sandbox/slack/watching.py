"""Waiting for what happens in the workspace or on the wire."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from codecheck_sandbox.slack.conversations import Channel
from codecheck_sandbox.slack.transcript import Transcript
from codecheck_sandbox.slack.wire import Wire
from codecheck_sandbox.slack.workspace import Workspace

_T = TypeVar("_T")


class NeverHappenedError(AssertionError):
    """The condition was not met in time; the message includes the conversations so far."""


class Watching:
    """Waits for conditions, and reports what has happened.

    Args:
        workspace: is watched.
        wire: is watched.
    """

    def __init__(self, workspace: Workspace, wire: Wire) -> None:
        self._workspace = workspace
        self._transcript = Transcript(workspace)
        self._changed = asyncio.Event()
        workspace.subscribe(lambda _: self._wake())
        wire.subscribe(lambda _: self._wake())

    async def until(self, condition: Callable[[], _T], *, within: float = 5.0) -> _T:
        """Wait until a condition is met, checking it at each change in the workspace and on the wire.

        Args:
            condition: the condition.
            within: seconds.

        Returns:
            What the condition returned.

        Raises:
            NeverHappenedError: it is not met in time; the message includes the conversations so far.
        """
        try:
            async with asyncio.timeout(within):
                while not (result := condition()):
                    await self._changed.wait()
        except TimeoutError:
            if last := condition():  # it may depend on what changes elsewhere
                return last
            channels = self._workspace.channels.values()
            story = "\n\n".join(f"#{channel.name}\n{self.transcript(channel)}" for channel in channels)
            raise NeverHappenedError(f"not within {within} s. What happened:\n\n{story}") from None
        return result

    def transcript(self, channel: Channel) -> str:
        """Everything that has happened in a conversation, as text."""
        return self._transcript.of(channel.id)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
