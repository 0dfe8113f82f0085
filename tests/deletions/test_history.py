"""What concerns a person, if Slack says something about them and then nothing more."""

import pytest

from bot.deletions.authorizer import Authorizer
from bot.deletions.background import Background
from bot.deletions.history import History
from bot.deletions.refusals import Refusals
from bot.domain.access import AccessPolicy
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.operators import Operators
from bot.domain.profile import DirectoryEntry, Profile
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Rules, Safeguards
from bot.slack.delivery import SlackMessenger
from tests.store.rig import ALICE, BOB, Rig

POLICY = AccessPolicy(Installation(ALICE.team), Operators({ALICE.id: "alice", BOB.id: "bob"}))


class Failing:
    """A directory that answers a few times."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> DirectoryEntry:  # noqa: ARG002 - the port's
        """An active member, for as long as it answers."""
        self.left -= 1
        return DirectoryEntry(Profile(user.team, user=user.id)) if self.left >= 0 else DirectoryEntry()


async def test_what_could_not_be_checked_is_not_left_out(rig: Rig, messenger: SlackMessenger) -> None:
    """Slack stops answering before it is known where Bob may confirm: he is told that, and not that nothing waits."""
    waiting = await rig.reviewed(safeguards=Safeguards(second_step="second_person"))

    def history(answers: int) -> History:
        authorizer = Authorizer(Failing(answers), POLICY)
        refusals = Refusals(rig.audit, Background(), messenger)
        return History(rig.store, rig.audit, rig.freezes, authorizer, refusals, Rules())

    for answers in (0, 1):
        with pytest.raises(Refused) as refused:
            await history(answers).home(BOB)
        assert refused.value.reason is Reason.NOT_CHECKED
    assert [each.id for each in (await history(2).home(BOB)).to_confirm] == [waiting.id]
