"""Commands and clicks, over signed HTTP: what is acknowledged with what, and who reads what."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.deletions.background import Background
from bot.domain.deletion import Deletion, Delivery
from bot.domain.errors import MaybeRecordedError, NotRecordedError
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from tests.slack.memory import MemoryStore, OneTask, now
from tests.slack.samples import ALICE, BOB, POSTED, TASK_ID, in_state, shown_at
from tests.slack.signing import SignedSlack, click_form, click_payload, command_form
from tests.slack.wire import SlackWire

CAROL = SlackUser("T1", "U03CAROL")
STRANGER = SlackUser("T9", "U01ALICE")  # the same user ID in another workspace


def posted(store: MemoryStore, state: State = State.REQUESTED) -> Deletion:
    """A deletion of Alice's whose prompt stands in C1."""
    at = now()
    deletion = in_state(replace(POSTED, requested_at=at, read_at=at), state, expires_at=at + 300_000)
    deletion = shown_at(deletion, POSTED.delivery.prompt)
    store.deletions[deletion.id] = deletion
    return deletion


async def typed(bot: SignedSlack, text: str, by: SlackUser = ALICE) -> str:
    """The text of the ephemeral answer to `/codecheck {text}`."""
    status, answer = await bot.send(command_form(text, by))
    assert status == 200
    message = json.loads(answer)
    assert message["response_type"] == "ephemeral"
    assert message["blocks"]
    return str(message["text"])


async def whispered(slack: SlackWire, name: str = "1") -> str:
    """The private answer that reached a click's response_url."""
    (call,) = await slack.wait_for(f"response:{name}")
    assert (call.body["response_type"], call.body["replace_original"]) == ("ephemeral", False)
    return str(call.body["text"])


async def click(bot: SignedSlack, payload: Mapping[str, object]) -> None:
    """Press a button; whatever becomes of it, Slack is answered with an empty 200."""
    assert await bot.send(click_form(dict(payload))) == (200, "")


async def test_whole_conversation(
    slack: SlackWire, bot: SignedSlack, store: MemoryStore, service: OneTask, background: Background
) -> None:
    """Command, review, confirm: one call with the operator, and the result in the prompt's thread."""
    assert await bot.send(command_form(f"delete {TASK_ID}", ALICE)) == (200, "")
    (prompt,) = await slack.wait_for("chat.postMessage")
    await background.drain(5)
    (deletion,) = store.deletions.values()
    assert deletion.delivery.prompt is not None
    assert deletion.id in str(prompt.body["blocks"])

    await click(bot, click_payload("deletion.review", deletion.id, ALICE, ts=deletion.delivery.prompt.ts))
    await slack.wait_for("chat.update")
    assert service.deleted == []
    await click(bot, click_payload("deletion.confirm", deletion.id, ALICE, ts=deletion.delivery.prompt.ts))
    _, result = await slack.wait_for("chat.postMessage", 2)

    assert service.deleted == [(TASK_ID, "alice")]
    assert result.body["thread_ts"] == deletion.delivery.prompt.ts
    assert "status: success" in str(result.body["text"])
    assert "httpStatus: OK" in str(result.body["text"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("delete", "The task ID is missing.\nUsage: `/codecheck delete &lt;task_id&gt; [reason]`, for example"),
        ("delete a/b", "`/`"),
        ("delete a&lt;b", "`U+003C less-than sign`"),
        ("delet x", "Did you mean `delete`"),
    ],
)
async def test_usage_errors(bot: SignedSlack, store: MemoryStore, text: str, names: str) -> None:
    """A text that cannot be read is answered privately with what is wrong, and records nothing."""
    assert names in await typed(bot, text)
    assert store.deletions == {}


@pytest.mark.parametrize(
    ("by", "says"), [(CAROL, "`U03CAROL`"), (STRANGER, "members of the workspace")], ids=["no operator", "other team"]
)
async def test_command_refused(bot: SignedSlack, store: MemoryStore, by: SlackUser, says: str) -> None:
    """Somebody who may not ask is told why, privately, and nothing is recorded."""
    assert says in await typed(bot, f"delete {TASK_ID}", by)
    assert store.deletions == {}


async def test_pending(bot: SignedSlack, store: MemoryStore) -> None:
    """A second request for the same task points to the first prompt."""
    posted(store)

    assert "https://acme.slack.com/archives/C1/p1790000000000100" in await typed(bot, f"delete {TASK_ID}", BOB)
    assert len(store.deletions) == 1


@pytest.mark.parametrize("error", [NotRecordedError(), MaybeRecordedError()], ids=["refused", "timed out"])
async def test_redis_trouble_is_told_in_the_acknowledgement(
    bot: SignedSlack, store: MemoryStore, error: Exception
) -> None:
    """Without Redis a command is answered at once with what is known of it."""
    store.failing = error

    assert await typed(bot, f"delete {TASK_ID}") == str(error)


async def test_nothing_is_acknowledged_before_it_is_recorded(bot: SignedSlack, store: MemoryStore) -> None:
    """Slack gets its answer only once Redis has given its own."""
    store.answering.clear()
    sending = asyncio.create_task(bot.send(command_form(f"delete {TASK_ID}", ALICE)))
    await store.asked.wait()

    await asyncio.wait({sending}, timeout=0.3)
    assert not sending.done()
    store.answering.set()

    assert await sending == (200, "")


async def test_redis_trouble_at_a_click(slack: SlackWire, bot: SignedSlack, store: MemoryStore) -> None:
    """Without Redis a click changes nothing and its person is told so."""
    deletion = posted(store)
    store.failing = NotRecordedError()

    await click(bot, click_payload("deletion.review", deletion.id, ALICE, response_url=slack.response_url()))

    assert await whispered(slack) == str(NotRecordedError())


@pytest.mark.parametrize(
    ("by", "says"),
    [
        (BOB, "This one is <@U01ALICE>'s to confirm"),
        (CAROL, "no CodeArts user is set for you"),
        (STRANGER, "members of the workspace"),
    ],
    ids=["bystander", "no operator", "other team"],
)
async def test_click_refused(slack: SlackWire, bot: SignedSlack, store: MemoryStore, by: SlackUser, says: str) -> None:
    """Somebody who may not press the button is told so privately, and nothing changes for the others."""
    deletion = posted(store, State.REVIEWED)

    await click(bot, click_payload("deletion.confirm", deletion.id, by, response_url=slack.response_url()))

    assert says in await whispered(slack)
    assert store.deletions[deletion.id].state is State.REVIEWED
    assert slack.methods() == ["auth.test", "response:1"]


async def test_click_on_a_button_of_another_state(slack: SlackWire, bot: SignedSlack, store: MemoryStore) -> None:
    """A stale button does nothing, says so, and its prompt is redrawn."""
    deletion = posted(store, State.CANCELLED)

    await click(bot, click_payload("deletion.confirm", deletion.id, ALICE, response_url=slack.response_url()))

    assert "This has moved on: cancelled" in await whispered(slack)
    await slack.wait_for("chat.update")


async def test_click_on_a_deletion_long_gone(slack: SlackWire, bot: SignedSlack) -> None:
    """The prompt of a deletion that is no longer known loses its buttons."""
    await click(bot, click_payload("deletion.review", "x" * 22, ALICE, response_url=slack.response_url()))

    assert "ended long ago" in await whispered(slack)
    (update,) = await slack.wait_for("chat.update")
    assert "actions" not in str(update.body["blocks"])


async def test_click_on_an_ephemeral_prompt(slack: SlackWire, bot: SignedSlack, store: MemoryStore) -> None:
    """An ephemeral prompt has no address: it is edited by the click's response_url, which is kept."""
    deletion = posted(store)
    store.deletions[deletion.id] = replace(deletion, delivery=Delivery())

    await click(bot, click_payload("deletion.review", deletion.id, ALICE, ts="", response_url=slack.response_url()))

    (call,) = await slack.wait_for("response:1")
    assert call.body["replace_original"] is True
    kept = store.response_urls[deletion.id]
    assert (kept.url, kept.edits_prompt) == (slack.response_url(), True)


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
async def test_malformed_click(
    slack: SlackWire, bot: SignedSlack, store: MemoryStore, payload: dict[str, object]
) -> None:
    """A click that is not as documented does nothing, is logged without a stack trace, and its person gets the ID."""
    deletion = posted(store)

    with capture_logs() as logs:
        await click(bot, payload | {"response_url": slack.response_url()})
        answer = await whispered(slack)

    (log,) = [log for log in logs if "reference" in log]
    assert f"`{log['reference']}`" in answer
    assert "I didn't do anything" in answer
    assert "exc_info" not in log
    assert store.deletions[deletion.id].state is State.REQUESTED


async def test_click_of_nobody_s_team(slack: SlackWire, bot: SignedSlack, store: MemoryStore) -> None:
    """A click whose person has no team is a stranger's: the message's own team does not stand in for it."""
    deletion = posted(store)
    payload = click_payload("deletion.review", deletion.id, ALICE, response_url=slack.response_url())

    await click(bot, payload | {"user": {"id": ALICE.id}})

    assert "members of the workspace" in await whispered(slack)


async def test_unforeseen_error_at_a_command(bot: SignedSlack, store: MemoryStore) -> None:
    """Whatever else fails is logged with its cause under an ID, and the person reads the ID and what is not known."""
    store.failing = RuntimeError("boom")

    with capture_logs() as logs:
        answer = await typed(bot, f"delete {TASK_ID}")

    (log,) = [log for log in logs if "reference" in log]
    assert f"`{log['reference']}`" in answer
    assert "I don't know whether that counted" in answer
    assert "boom" not in answer
    assert log["exc_info"] is store.failing


async def test_unforeseen_error_at_a_click(slack: SlackWire, bot: SignedSlack, store: MemoryStore) -> None:
    """The same holds for clicks, whose person reads it privately."""
    deletion = posted(store)
    store.failing = RuntimeError("boom")

    await click(bot, click_payload("deletion.review", deletion.id, ALICE, response_url=slack.response_url()))

    answer = await whispered(slack)
    assert "Something went wrong" in answer
    assert "boom" not in answer


async def test_private_answer_that_cannot_be_delivered(
    slack: SlackWire, bot: SignedSlack, store: MemoryStore, background: Background
) -> None:
    """A private answer that Slack does not take is logged, and nothing else happens."""
    deletion = posted(store)

    with capture_logs() as logs:
        await click(bot, click_payload("deletion.review", deletion.id, BOB, response_url=f"{slack.url}/nowhere"))
        await background.drain(5)

    assert [log["event"] for log in logs] == ["refused", "private answer not delivered"]


@pytest.mark.parametrize(
    ("action", "value"),
    [("page.older", "delete abc"), ("page.older", "freeze"), ("page.newer", ""), ("page.newer", "xyzzy")],
)
async def test_a_page_button_turns_pages_and_nothing_else(
    slack: SlackWire, bot: SignedSlack, store: MemoryStore, action: str, value: str
) -> None:
    """Whatever stands in its value, no other command is run by it."""
    payload = click_payload(action, value, ALICE, response_url=slack.response_url())

    await click(bot, payload)

    assert "Something went wrong" in await whispered(slack)
    assert store.deletions == {}
