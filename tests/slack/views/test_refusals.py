"""Why something was refused: for whoever reads it, with what they can do."""

import pytest

from bot.domain.identity import SlackUser
from bot.domain.refusal import Reason
from bot.domain.text import Code, Value
from bot.slack.views.layout import drawn
from bot.slack.views.refusals import Reader, Refusal, reasons, refusal
from tests.slack.views.states import ALICE, BOB, DANA

ADMIN = Reader(DANA, admin=True)
ASKS_DANA = Reader(BOB, admins=(DANA,))


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.ALLOWED}))
def test_every_reason_has_its_sentences(reason: Reason) -> None:
    """Whatever refuses a person, they read why."""
    assert reason in reasons()


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_can_be_said_without_knowing_more(reason: str) -> None:
    """A value that could not be had is no reason for saying nothing."""
    assert "isn't possible right now" not in drawn(refusal(Refusal(reason), Reader(BOB))).text


def test_the_remedy_of_an_admin_is_said_to_admins() -> None:
    """Others read whom to ask."""
    refused = Refusal("no_operator")
    assert '`U08DANA = "their.name"` under `[operators]`' in drawn(refusal(refused, ADMIN)).text
    assert drawn(refusal(refused, ASKS_DANA)).text.endswith("\nAsk <@U08DANA>.")
    assert "`U02BOB`" in drawn(refusal(refused, Reader(BOB))).text


@pytest.mark.parametrize("reader", [ADMIN, ASKS_DANA, Reader(BOB)])
def test_no_setting_is_named_to_those_who_cannot_change_it(reader: Reader) -> None:
    """Nor a word of ours or of the storage's."""
    for reason in reasons():
        said = drawn(refusal(Refusal(reason), reader)).text
        assert reader.admin or "`[" not in said
        assert not [word for word in ("Redis", "codecheck.toml", "ttl") if word in said and not reader.admin]


def test_what_is_known_is_said() -> None:
    """Of several sentences the first whose values are known."""
    values: dict[str, Value] = {"requester": ALICE, "expires_at": Code("10:47"), "again": Code("/codecheck delete x")}
    assert drawn(refusal(Refusal("not_requester", values), ASKS_DANA)).text == "This one is <@U01ALICE>'s to confirm."
    assert "`/codecheck delete x` asks again" in drawn(refusal(Refusal("expired", values), ASKS_DANA)).text
    assert drawn(refusal(Refusal("expired"), ASKS_DANA)).text == "Too late: this request has expired. Ask again."


def test_a_stranger_learns_nothing() -> None:
    """What a member of another workspace reads depends on nothing but that."""
    stranger = SlackUser("T9", "U99")
    values: dict[str, Value] = {"requester": ALICE, "why": "an audit", "by": DANA}
    for known in ({}, values):
        said = drawn(refusal(Refusal("other_team", known), Reader(stranger))).text
        assert said == "Only members of the workspace that runs this bot can use it."
