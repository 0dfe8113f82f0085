"""Clicks over signed HTTP: Slack is answered at once, and the person who clicked reads privately what they need."""

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import NotRecordedError
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from tests.slack.recorded import answered, click, recorded
from tests.slack.samples import ALICE, BOB, CAROL, POSTED, STRANGER
from tests.slack.signing import SignedSlack, click_form, click_payload
from tests.slack.waiting import until
from tests.slack.wire import SlackWire
from tests.store.rig import Rig
from tests.wire.proxy import Proxy


async def test_redis_refuses(slack: SlackWire, bot: SignedSlack, rig: Rig, redis_proxy: Proxy) -> None:
    """Without Redis a click changes nothing, and its person is told so."""
    deletion = await recorded(rig)
    await redis_proxy.refuse()
    redis_proxy.cut()

    await click(bot, click_payload("deletion.review", deletion.id, ALICE, response_url=slack.response_url()))

    assert await answered(slack) == str(NotRecordedError())
    assert await rig.unchanged(deletion)


@pytest.mark.parametrize(
    ("by", "says"),
    [
        (BOB, "This one is <@U01ALICE>'s to confirm."),
        (CAROL, "no CodeArts user is set for you"),
        (STRANGER, "Only members of the workspace"),
    ],
    ids=["bystander", "no operator", "other team"],
)
async def test_who_may_not_press_it(slack: SlackWire, bot: SignedSlack, rig: Rig, by: SlackUser, says: str) -> None:
    """They are told so privately, and nothing changes for the others."""
    deletion = await recorded(rig, State.REVIEWED)

    await click(bot, click_payload("deletion.confirm", deletion.id, by, response_url=slack.response_url()))

    assert says in await answered(slack)
    assert await rig.unchanged(deletion)
    assert not {"chat.update", "chat.postMessage"} & set(slack.methods())


async def test_a_button_of_another_state(slack: SlackWire, bot: SignedSlack, rig: Rig) -> None:
    """A stale button does nothing, says so, and its prompt is redrawn."""
    deletion = await recorded(rig, State.CANCELLED)

    await click(bot, click_payload("deletion.confirm", deletion.id, ALICE, response_url=slack.response_url()))

    assert "This has moved on: cancelled." in await answered(slack)
    await slack.wait_for("chat.update")


async def test_a_deletion_long_gone(slack: SlackWire, bot: SignedSlack) -> None:
    """The prompt of a deletion that is no longer known loses its buttons."""
    await click(bot, click_payload("deletion.review", "x" * 22, ALICE, response_url=slack.response_url()))

    assert "This request is no longer known" in await answered(slack)
    (update,) = await slack.wait_for("chat.update")
    assert "actions" not in str(update.body["blocks"])


async def test_an_ephemeral_prompt(slack: SlackWire, bot: SignedSlack, rig: Rig) -> None:
    """It has no address: it is edited by the click's response_url, which is kept."""
    deletion = await recorded(rig, prompt=None)
    await click(bot, click_payload("deletion.review", deletion.id, ALICE, ts="", response_url=slack.response_url()))

    (call,) = await slack.wait_for("response:1")
    assert call.body["replace_original"] is True

    async def kept() -> bool:
        return (await rig.store.response_url(deletion.id)) is not None

    await until(kept)
    at = await rig.store.response_url(deletion.id)
    assert at is not None
    assert (at.url, at.edits_prompt) == (slack.response_url(), True)


def without(payload: dict[str, object], key: str) -> dict[str, object]:
    """The payload without one of its parts."""
    return {name: value for name, value in payload.items() if name != key}


GOOD = click_payload("deletion.review", POSTED.id, ALICE)


@pytest.mark.parametrize(
    "payload",
    [
        GOOD | {"actions": [{"type": "button", "action_id": "deletion.undo", "value": POSTED.id}]},
        GOOD | {"actions": [{"type": "button", "action_id": "deletion.review", "value": "../../etc"}]},
        GOOD | {"actions": [{"type": "button", "action_id": "deletion.review"}]},
        GOOD | {"user": {"team_id": "T1"}},
        GOOD | {"user": "U01ALICE"},
        without(GOOD, "container"),
    ],
    ids=["unknown action", "hostile value", "no value", "no user", "user of another type", "no container"],
)
async def test_a_click_that_is_not_as_documented(
    slack: SlackWire, bot: SignedSlack, payload: dict[str, object]
) -> None:
    """It does nothing, is logged without a stack trace, and its person gets the ID."""
    with capture_logs() as logs:
        await click(bot, payload | {"response_url": slack.response_url()})
        answer = await answered(slack)

    (log,) = [log for log in logs if "reference" in log]
    assert f"`{log['reference']}`" in answer
    assert "I didn't do anything" in answer
    assert "exc_info" not in log


@pytest.mark.parametrize("actions", [[], ""], ids=repr)
async def test_a_click_on_nothing(bot: SignedSlack, actions: object) -> None:
    """Bolt itself cannot read it, so nobody is answered; it is no error of the bot's."""
    with capture_logs() as logs:
        assert await bot.send(click_form(GOOD | {"actions": actions})) == (400, "not parsable")
    assert all("exc_info" not in log for log in logs)


async def test_a_click_without_a_team(slack: SlackWire, bot: SignedSlack, rig: Rig) -> None:
    """Its person is a stranger: the message's own team does not stand in for theirs."""
    deletion = await recorded(rig)
    payload = click_payload("deletion.review", deletion.id, ALICE, response_url=slack.response_url())

    await click(bot, payload | {"user": {"id": ALICE.id}})

    assert "Only members of the workspace" in await answered(slack)
    assert await rig.unchanged(deletion)


async def test_an_error_that_nobody_foresaw(boom: None, slack: SlackWire, bot: SignedSlack) -> None:
    """The person reads an ID, under which the log has the cause."""
    del boom
    with capture_logs() as logs:
        await click(bot, click_payload("page.older", "boom", ALICE, response_url=slack.response_url()))
        answer = await answered(slack)

    (log,) = [log for log in logs if "reference" in log]
    assert f"`{log['reference']}`" in answer
    assert "Something went wrong" in answer
    assert "a bug" not in answer


async def test_a_private_answer_that_cannot_be_delivered(slack: SlackWire, bot: SignedSlack, rig: Rig) -> None:
    """It is logged with what could not be said, and nothing else happens."""
    deletion = await recorded(rig)

    with capture_logs() as logs:
        await click(bot, click_payload("deletion.review", deletion.id, BOB, response_url=f"{slack.url}/nowhere"))

        async def logged() -> bool:
            return any(log["log_level"] == "warning" for log in logs)

        await until(logged)

    (log,) = [log for log in logs if log["log_level"] != "info"]
    assert log["event"] == "private answer not delivered"
    assert "<@U01ALICE>'s to confirm" in log["unsaid"]


@pytest.mark.parametrize(
    ("action", "value"),
    [("page.older", "delete abc"), ("page.older", "freeze"), ("page.newer", ""), ("page.newer", "xyzzy")],
)
async def test_a_page_button_turns_pages_and_nothing_else(
    slack: SlackWire, bot: SignedSlack, rig: Rig, action: str, value: str
) -> None:
    """Whatever stands in its value, no other command is run by it."""
    await click(bot, click_payload(action, value, ALICE, response_url=slack.response_url()))

    assert "Something went wrong" in await answered(slack)
    assert await rig.events() == []
