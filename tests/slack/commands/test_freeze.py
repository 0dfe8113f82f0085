"""`/codecheck freeze [reason]` and `unfreeze`, over signed HTTP."""

import pytest

from tests.slack.recorded import typed
from tests.slack.samples import ALICE, DANA
from tests.slack.signing import SignedSlack
from tests.store.rig import Rig


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("freeze", ""),
        ("FREEZE the audit is on", "the audit is on"),
        ("*freeze* “release weekend”", "release weekend"),
        ("freeze " + "x" * 300, "x" * 200),
        ("freeze a\u200b\nb\x00", "a b\x00"),
        ("freeze &lt;@U01ALICE&gt; &amp; <@U02BOB|bob>", "<@U01ALICE> & @bob"),
    ],
)
async def test_nothing_that_is_typed_keeps_it_from_freezing(bot: SignedSlack, rig: Rig, text: str, why: str) -> None:
    """A reason that is too long is cut, invisible characters are dropped, and the freeze holds."""
    answer = await typed(bot, text, DANA)

    assert answer.startswith("🧊 Deletions are frozen by <@U08DANA> since <!date^")
    freeze = await rig.freezes.current()
    assert freeze is not None
    assert (freeze.by, freeze.reason) == (DANA, why)


async def test_freezing_twice_says_whose_freeze_it_is(bot: SignedSlack) -> None:
    """The second changes nothing; unfreezing says whether it changed anything."""
    await typed(bot, "freeze first", DANA)
    again = await typed(bot, "freeze second", DANA)
    assert "They were frozen already. 🧊 Deletions are frozen by <@U08DANA>" in again
    assert "first" in await typed(bot, "freeze", DANA)
    assert await typed(bot, "unfreeze", DANA) == "Deletions go on."
    assert await typed(bot, "unfreeze", DANA) == "Deletions weren't frozen."


async def test_only_admins(bot: SignedSlack, rig: Rig) -> None:
    """Someone else is told so, and nothing is frozen."""
    assert "admins" in await typed(bot, "freeze", ALICE)
    assert "admins" in await typed(bot, "unfreeze", ALICE)
    assert await rig.freezes.current() is None
