"""`/codecheck freeze [reason]`, over signed HTTP."""

import json

import pytest

from bot.domain.access import AccessPolicy
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.operators import Operators
from tests.slack.memory import MemoryFreeze
from tests.slack.samples import ALICE, BOB
from tests.slack.signing import SignedSlack, command_form

DANA = SlackUser("T1", "U08DANA")


@pytest.fixture
def policy() -> AccessPolicy:
    """Dana is an admin."""
    operators = Operators({ALICE.id: "alice", BOB.id: "bob"})
    return AccessPolicy(Installation("T1"), operators, admins=frozenset({DANA.id}))


async def typed(bot: SignedSlack, text: str, by: SlackUser = DANA) -> str:
    """The text of the private answer."""
    status, answer = await bot.send(command_form(text, by))
    assert status == 200
    return str(json.loads(answer)["text"])


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
async def test_nothing_that_is_typed_keeps_it_from_freezing(
    bot: SignedSlack, freezes: MemoryFreeze, text: str, why: str
) -> None:
    """A reason that is too long is cut, invisible characters are dropped, and the freeze holds."""
    answer = await typed(bot, text)

    assert answer.startswith("🧊 Deletions are frozen by <@U08DANA> since <!date^")
    assert freezes.in_force is not None
    assert freezes.in_force.reason == why


async def test_freezing_twice_says_whose_freeze_it_is(bot: SignedSlack) -> None:
    """The second changes nothing; unfreezing says whether it changed anything."""
    await typed(bot, "freeze first")
    assert "They were frozen already. 🧊 Deletions are frozen by <@U08DANA>" in await typed(bot, "freeze second")
    assert "first" in await typed(bot, "freeze")
    assert await typed(bot, "unfreeze") == "Deletions go on."
    assert await typed(bot, "unfreeze") == "Deletions weren't frozen."


async def test_only_admins(bot: SignedSlack, freezes: MemoryFreeze) -> None:
    """Somebody else is told so, and nothing is frozen."""
    assert "admins" in await typed(bot, "freeze", ALICE)
    assert "admins" in await typed(bot, "unfreeze", ALICE)
    assert freezes.in_force is None
