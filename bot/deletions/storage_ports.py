"""What watching the storage needs from outside: `bot.store` implements it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from bot.domain.data_loss import Instance, Remembered
from bot.domain.deletion import Deletion
from bot.domain.freeze import Freeze


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the storage says about itself.

    Args:
        now: its clock, in ms.
        instance: which storage it is, and how far its audit log is sealed.
        freeze: the freeze in force.
        freeze_spreads: True while a prompt has to be redrawn or a channel to be told of a freeze or an unfreeze.
        lost_at: when a loss of data was last noticed; 0 if never.
        step: by how many ms its clock last jumped.
        stepped_at: when that was noticed; 0 if never.
    """

    now: int
    instance: Instance
    freeze: Freeze | None = None
    freeze_spreads: bool = False
    lost_at: int = 0
    step: int = 0
    stepped_at: int = 0


class StorageVitals(Protocol):
    """Which storage this is, what its clock says, and what is pending in it. Raises as `DeletionStore` does."""

    async def read(self) -> Vitals:
        """All of it, in one round trip."""

    async def begin(self) -> str:
        """Give the storage an instance ID if it has none. Returns its instance ID."""

    async def checkpoint(self, number: int) -> str | None:
        """The hash of an earlier checkpoint; None if it is no longer kept."""

    async def declare_lost(self, found: Vitals, remembered: Remembered, what: str) -> Freeze | None:
        """Record that data were lost: a new instance ID, the audit event, and a freeze by the bot; all or nothing.

        Returns:
            The freeze; None if another replica has already declared the loss.
        """

    async def note_step(self, step: int) -> None:
        """Record that its clock has just jumped by so many ms."""

    def waiting(self) -> AsyncIterator[tuple[Deletion, int]]:
        """All deletions that will be due, each with the time in ms."""

    async def lease(self, deletion: Deletion, lasts: int) -> None:
        """Make it due in `lasts` ms, unless someone has written it meanwhile. The deletion itself does not change."""


class StorageMemory(Protocol):
    """What the bot remembers about the storage outside Redis."""

    @property
    def remembered(self) -> Remembered | None:
        """What is remembered, if anything."""

    async def keep(self, remembered: Remembered) -> None:
        """Remember this instead."""
