"""Makes a freeze, or its end, known: on every prompt, and in the channels.

A command, in Slack or at a shell, only records it. The replica that recorded it for Slack makes it known at once; what
that one leaves, and what was recorded at a shell, is found by the next sweep of any replica.
"""

import random
from collections.abc import Iterable
from dataclasses import replace

import structlog

from bot.deletions import clock
from bot.deletions.background import Background
from bot.deletions.ports import Change, ConflictError, DeletionStore, FreezeStore, Hold, Messenger
from bot.deletions.runner import Runner
from bot.domain import backoff
from bot.domain.deletion import Deletion
from bot.domain.errors import DeliveryDelayedError, DeliveryError, PersonError
from bot.domain.freeze import FreezeChange, Known
from bot.domain.lifecycle import AWAITING_CONFIRMATION, State

_log = structlog.get_logger(__name__)


class FreezeSpread:
    """Makes freezes and unfreezes known, for one process.

    Args:
        freezes: where they are recorded, and how far they have become known.
        store: lists the pending deletions.
        runner: redraws prompts, and stops what can still be stopped.
        messenger: tells the channels.
        background: where all of that runs.
        notify: the channels that are told of every outcome.
    """

    def __init__(  # noqa: PLR0913 - it connects all of these
        self,
        freezes: FreezeStore,
        store: DeletionStore,
        runner: Runner,
        messenger: Messenger,
        background: Background,
        *,
        notify: Iterable[str] = (),
    ) -> None:
        self._freezes = freezes
        self._store = store
        self._runner = runner
        self._messenger = messenger
        self._background = background
        self._notify = tuple(notify)
        self._spreading = False
        self._delays = 0  # how often in a row Slack did not accept a notice
        self._again_at = 0.0  # when to try again, by `clock.now()`

    def start(self, *, at_once: bool = False) -> None:
        """In the background, show the latest freeze or unfreeze on every prompt, and tell the channels.

        If it is being done already, that goes on until everyone knows the latest. After a delay by Slack it begins
        again only after a pause, unless `at_once`.
        """
        if self._spreading or (clock.now() < self._again_at and not at_once):
            return
        self._spreading = True
        self._background.start(self._spread(), name="freeze")

    async def _spread(self) -> None:
        delayed: set[str] = set()
        try:
            while (change := await self._freezes.latest()) is not None and change.spreads:
                if change.known is Known.RECORDED:
                    concerned = [each.channel for each in await self._concerned()]
                    await self._freezes.spread(change, change.listed((*self._notify, *concerned)))
                elif change.known is Known.LISTED:
                    await self._redraw()
                    await self._freezes.spread(change, replace(change, known=Known.SHOWN))
                elif not await self._tell_one(change, delayed):
                    break
        except PersonError as error:  # Redis is unavailable: a later sweep goes on
            _log.warning("freeze not made known yet", why=str(error))
        finally:
            self._spreading = False
        self._delays = self._delays + 1 if delayed else 0
        pause = backoff.pause(0, self._delays - 1, random.random()) if delayed else 0  # noqa: S311 - not a secret
        self._again_at = clock.now() + pause / 1_000

    async def _concerned(self) -> list[Deletion]:
        """The deletions that wait for people, and those in their grace period."""

        def concerned(deletion: Deletion) -> bool:
            waits = deletion.state in AWAITING_CONFIRMATION and deletion.delivery.prompt is not None
            return waits or deletion.state is State.SCHEDULED

        return [deletion for deletion in (await self._store.pending()).deletions if concerned(deletion)]

    async def _redraw(self) -> None:
        """Redraw every prompt that does not show the freeze or its end, and stop what a freeze stops."""
        for deletion in await self._concerned():
            if deletion.delivery.rendered == deletion.appearance:
                continue
            try:
                self._runner.start(await self._store.commit(Change(deletion, replace(deletion), None, (), Hold())))
            except ConflictError:
                continue  # another process is working on it, and sees the freeze when it writes

    async def _tell_one(self, change: FreezeChange, delayed: set[str]) -> bool:
        """Tell one channel; it counts as told before it is, so that no two replicas tell it.

        Returns:
            False if only channels are left that Slack has `delayed`.
        """
        channel = next((each for each in change.untold if each not in delayed), None)
        if channel is None:
            return False
        others = tuple(each for each in change.untold if each != channel)
        told = replace(change, untold=others)
        if not await self._freezes.spread(change, told):
            return True  # another replica tells it
        try:
            await self._messenger.announce_freeze(channel, change.freeze, change.by)
        except DeliveryDelayedError as error:
            _log.warning("freeze notice delayed", channel=channel, why=str(error))
            delayed.add(channel)
            await self._owe(change, channel)
        except DeliveryError as error:
            _log.warning("freeze notice not delivered", channel=channel, why=str(error))
        return True

    async def _owe(self, change: FreezeChange, channel: str) -> None:
        """Note that a channel has not been told after all, unless there is a newer freeze or unfreeze."""
        while (now := await self._freezes.latest()) is not None and now.id == change.id:
            if await self._freezes.spread(now, replace(now, untold=(*now.untold, channel))):
                return
