"""What `freeze`, `unfreeze`, `pending` and `show` need from the store, and the values that they exchange."""

import os
import pwd
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.domain.text import Text

if TYPE_CHECKING:
    from bot.settings import StoreSettings


@dataclass(frozen=True, slots=True)
class ShellUser:
    """An operator at a shell, as the audit log names them.

    Args:
        name: the operating-system user's name; `uid 10001` if it has none.
        host: the machine's name.
    """

    name: str
    host: str

    @classmethod
    def current(cls) -> "ShellUser":
        """The user that this process runs as, from the system's user database: LOGNAME and USER can say anything."""
        uid = os.getuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:  # a container's user
            name = f"uid {uid}"
        return cls(name, socket.gethostname())

    def __str__(self) -> str:
        """How it is shown: `alice on build-7`."""
        return f"{self.name} on {self.host}"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze in force.

    Args:
        by: who set it, as a Slack user's ID or a `ShellUser` as text.
        at: when, in ms of Redis's clock.
        reason: why; may be "".
    """

    by: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A deletion in one line.

    Args:
        id: the deletion's ID.
        task_id: the task's ID.
        name: the task's name; "" if it is not known.
        requester: the Slack user ID of the requester.
        channel: the ID of the conversation in which it was requested.
        state: the name of its state in the lifecycle, in lower case.
        until: when it leaves that state by itself, in ms of Redis's clock; 0 if it does not.
    """

    id: str
    task_id: str
    name: str
    requester: str
    channel: str
    state: str
    until: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a deletion.

    Args:
        at: when, in ms of Redis's clock.
        what: what happened, and by whom.
    """

    at: int
    what: Text


@dataclass(frozen=True, slots=True)
class Story:
    """A deletion and everything that happened to it, oldest event first."""

    deletion: Listed
    events: tuple[Event, ...]


class ShellStore(Protocol):
    """The store. Each method raises `BotError` if Redis does not answer; the text says whether anything was done."""

    async def freeze(self, by: ShellUser, reason: str) -> tuple[Frozen, bool]:
        """Freeze all deletions. Returns the freeze in force, and whether this call set it."""
        ...

    async def unfreeze(self, by: ShellUser) -> Frozen | None:
        """Lift the freeze. Returns the freeze that was in force, or None."""
        ...

    async def frozen(self) -> Frozen | None:
        """The freeze in force."""
        ...

    async def pending(self) -> Sequence[Listed]:
        """The deletions that have not ended, oldest first."""
        ...

    async def show(self, deletion_id: str) -> Story | None:
        """One deletion; None if there is none with this ID."""
        ...


OpenStore = Callable[["StoreSettings"], AbstractAsyncContextManager[ShellStore]]
