"""The freeze: set and lifted by admins, and shown at once on every prompt."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import structlog

from bot.deletions.authorizer import Authorizer
from bot.deletions.background import Background
from bot.deletions.ports import Change, ConflictError, DeletionStore, FreezeStore, Hold, Messenger
from bot.deletions.refusals import Refusals
from bot.deletions.runner import Runner
from bot.domain.errors import DeliveryError
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, State

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze or an unfreeze did.

    Args:
        changed: False if it was already so.
        freeze: the freeze in force.
    """

    changed: bool
    freeze: Freeze


class Freezing:
    """Sets and lifts the freeze.

    Args:
        freezes: where it is recorded.
        store: lists the pending deletions.
        authorizer: says who is an admin.
        runner: redraws prompts, and stops what can still be stopped.
        messenger: tells the channels.
        refusals: records refusals.
        background: where all of that runs.
        notify: the channels that are told of every outcome.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a freeze reaches everything
        self,
        freezes: FreezeStore,
        store: DeletionStore,
        authorizer: Authorizer,
        runner: Runner,
        messenger: Messenger,
        refusals: Refusals,
        background: Background,
        *,
        notify: Iterable[str] = (),
    ) -> None:
        self._freezes = freezes
        self._store = store
        self._authorizer = authorizer
        self._runner = runner
        self._messenger = messenger
        self._refusals = refusals
        self._background = background
        self._notify = tuple(notify)

    async def freeze(self, by: SlackUser, reason: str, channel: str) -> Frozen:
        """Stop everything: until the freeze is lifted, no request or confirmation is accepted and no call is sent.

        Args:
            by: who freezes.
            reason: why; may be "".
            channel: the conversation in which they do it.

        Raises:
            Refused: they are not an admin.
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        with self._refusals.recorded(by, "freeze", channel):
            admin = await self._authorizer.identify_admin(by, to_stop=True)
        freeze, changed = await self._freezes.freeze(admin.user, reason)
        self._background.start(self.apply(freeze if changed else None, admin.user), name="freeze")
        return Frozen(changed, freeze)

    async def unfreeze(self, by: SlackUser, channel: str) -> bool:
        """Lift the freeze. Returns whether there was one. Raises as `freeze` does."""
        with self._refusals.recorded(by, "unfreeze", channel):
            admin = await self._authorizer.identify_admin(by)
        changed = await self._freezes.unfreeze(admin.user)
        if changed:
            self._background.start(self.apply(None, admin.user, released=True), name="unfreeze")
        return changed

    def frozen_by_bot(self, freeze: Freeze) -> None:
        """Apply a freeze that the bot itself has set to every prompt and channel, in the background."""
        self._background.start(self.apply(freeze, freeze.by), name="freeze")

    async def current(self) -> Freeze | None:
        """The freeze in force. Raises `PersonError`."""
        return await self._freezes.current()

    async def apply(self, freeze: Freeze | None, by: SlackUser, *, released: bool = False) -> None:
        """Update the freeze on every prompt, stop what can still be stopped, and tell the channels."""
        channels = dict.fromkeys(self._notify)
        for deletion in (await self._store.pending()).deletions:
            waits = deletion.state in AWAITING_CONFIRMATION and deletion.delivery.prompt is not None
            if not waits and deletion.state is not State.SCHEDULED:
                continue
            channels[deletion.channel] = None
            if deletion.delivery.rendered == deletion.appearance:
                continue
            try:
                self._runner.start(await self._store.commit(Change(deletion, replace(deletion), None, (), Hold())))
            except ConflictError:
                continue  # another process is working on it, and sees the freeze when it writes
        if freeze is None and not released:
            return
        for channel in channels:
            try:
                await self._messenger.announce_freeze(channel, freeze, by)
            except DeliveryError as error:
                _log.warning("freeze notice not delivered", channel=channel, why=str(error))
