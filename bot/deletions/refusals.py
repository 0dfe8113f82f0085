"""What else happens when somebody is refused: it is recorded, a freeze is told, and a burst is told to the admins.

None of it may keep the person from the answer, or change it for a worse one: what fails here is logged.
"""

import structlog

from bot.deletions.background import Background
from bot.deletions.ports import Brakes, Messenger, Record
from bot.domain.brakes import Brake, Burst, Freeze
from bot.domain.deletion import Deletion
from bot.domain.errors import DeliveryError, PersonError
from bot.domain.identity import SlackUser
from bot.domain.policy import Policy, Reason
from bot.domain.record import Note, of_refusal

_LEARN_NOTHING = frozenset({Reason.OTHER_TEAM, Reason.NO_OPERATOR})
_log = structlog.get_logger(__name__)


class Refusals:
    """Sees to refusals."""

    def __init__(
        self, record: Record, brakes: Brakes, conversation: Messenger, background: Background, policy: Policy
    ) -> None:
        self._record = record
        self._brakes = brakes
        self._conversation = conversation
        self._background = background
        self._policy = policy

    def note(self, by: SlackUser, act: str, reason: str, channel: str, on: Deletion | str = "") -> None:
        """Record a refusal, after the person has been answered; see `record.of_refusal`."""
        note = of_refusal(by, act, reason, channel, on)
        self._background.start(self._note(note), name="refusal")

    async def freeze_to_tell(self, reason: Reason) -> Freeze | None:
        """The freeze in force, to be told with another refusal; None to those who are nobody here."""
        if reason in _LEARN_NOTHING:
            return None
        try:
            return await self._brakes.frozen()
        except PersonError as error:
            _log.warning("whether it is frozen is not known", why=str(error))
            return None

    def braked(self, brake: Brake) -> Reason:
        """Why a brake refuses; the first refusal of a burst is told to the admins."""
        if isinstance(brake, Freeze):
            return Reason.FROZEN
        if brake.first:
            _log.warning("a limit refuses confirmations", limit=brake.limit, of_person=brake.of_person)
            for admin in sorted(self._policy.admins):
                self._background.start(self._warn(admin, brake), name="warning")
        return Reason.TOO_MANY

    async def _note(self, note: Note) -> None:
        try:
            await self._record.note(note)
        except PersonError as error:
            _log.error("a refusal was not recorded", entry=note.told(), why=str(error))

    async def _warn(self, admin: str, burst: Burst) -> None:
        try:
            await self._conversation.warn(admin, burst)
        except DeliveryError as error:
            _log.error("an admin could not be told of a burst", admin=admin, why=str(error))
