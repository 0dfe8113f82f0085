"""What `freeze`, `unfreeze`, `pending` and `show` need of the store, and the values that pass between them."""

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
    """Somebody at a shell, as the audit log names them.

    Args:
        name: of the operating-system user; `uid 10001` if it has none.
        host: the machine's name.
    """

    name: str
    host: str

    @classmethod
    def current(cls) -> "ShellUser":
        """The user that this process runs as, by the system: LOGNAME and USER can say anything."""
        uid = os.getuid()
        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:  # a container's user
            name = f"uid {uid}"
        return cls(name, socket.gethostname())

    def __str__(self) -> str:
        """As it is shown: `alice on build-7`."""
        return f"{self.name} on {self.host}"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A freeze in force.

    Args:
        by: who set it: a Slack user's ID, or a `ShellUser` as text.
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
        channel: the ID of the conversation it was asked for in.
        state: the state's name in the lifecycle, in lower case.
        until: when the state ends by itself, in ms of Redis's clock; 0 if it does not.
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
    """A deletion and all that happened to it, the oldest event first."""

    deletion: Listed
    events: tuple[Event, ...]


class ShellStore(Protocol):
    """Each method raises `BotError` if Redis does not answer; the text says what is known to be done."""

    async def freeze(self, by: ShellUser, reason: str) -> tuple[Frozen, bool]:
        """Freeze every deletion. Returns the freeze in force, and whether it is this one."""
        ...

    async def unfreeze(self, by: ShellUser) -> Frozen | None:
        """Lift the freeze. Returns the freeze that was in force, None if there was none."""
        ...

    async def frozen(self) -> Frozen | None:
        """The freeze in force."""
        ...

    async def pending(self) -> Sequence[Listed]:
        """The deletions that have not ended, the oldest first."""
        ...

    async def show(self, deletion_id: str) -> Story | None:
        """One deletion; None if there is none of this ID."""
        ...


OpenStore = Callable[["StoreSettings"], AbstractAsyncContextManager[ShellStore]]
