"""Commands over signed HTTP: what is acknowledged with what, and when."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import MaybeRecordedError, NotRecordedError
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import CodeArtsStandIn
from tests.slack.recorded import click, recorded, typed
from tests.slack.samples import ALICE, BOB, CAROL, STRANGER, TASK_ID
from tests.slack.signing import SignedSlack, click_payload, command_form
from tests.slack.waiting import until
from tests.slack.wire import SlackWire
from tests.store.rig import Rig
from tests.wire.proxy import Proxy

DELETE = command_form(f"delete {TASK_ID}", ALICE)


async def test_a_whole_conversation(slack: SlackWire, bot: SignedSlack, rig: Rig, codearts: CodeArtsStandIn) -> None:
    """Command, review, confirm: one call with the operator, and the result in the prompt's thread."""
    assert await bot.send(DELETE) == (200, "")
    (prompt,) = await slack.wait_for("chat.postMessage")
    (deletion,) = (await rig.store.pending()).deletions

    async def state_of_prompt() -> bool:
        found = await rig.read(deletion)
        return found.delivery.prompt is not None and found.delivery.rendered == found.appearance

    await until(state_of_prompt)
    at = (await rig.read(deletion)).delivery.prompt
    assert at is not None
    assert deletion.id in str(prompt.body["blocks"])

    await click(bot, click_payload("deletion.review", deletion.id, ALICE, ts=at.ts))
    await slack.wait_for("chat.update")

    async def can_be_confirmed() -> bool:
        return (await rig.read(deletion)).lifecycle.confirmable_at > 0

    await until(can_be_confirmed)
    assert not codearts.count("DELETE")
    await click(bot, click_payload("deletion.confirm", deletion.id, ALICE, ts=at.ts))
    _, result = await slack.wait_for("chat.postMessage", 2)

    assert [(gone.task.id, gone.operator) for gone in codearts.deletions] == [(TASK_ID, "alice")]
    assert result.body["thread_ts"] == at.ts
    assert "status: success" in str(result.body["text"])
    assert "httpStatus: OK" in str(result.body["text"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("delete", "The task ID is missing.\nUsage: `/codecheck delete &lt;task_id&gt; [reason]`, for example"),
        ("delete a/b", "this one has `/`"),
        ("delete a&lt;b", "`U+003C less-than sign`"),
        ("delet x", "Did you mean `delete`"),
    ],
)
async def test_what_cannot_be_read(bot: SignedSlack, rig: Rig, text: str, names: str) -> None:
    """It is answered privately with what is wrong, and records nothing."""
    assert names in await typed(bot, text)
    assert (await rig.store.pending()).deletions == ()


@pytest.mark.parametrize(
    ("by", "says"),
    [(CAROL, "no CodeArts user is set for you.\nAsk <@U08DANA>."), (STRANGER, "members of the workspace")],
    ids=["no operator", "other team"],
)
async def test_who_may_not_ask(bot: SignedSlack, rig: Rig, by: SlackUser, says: str) -> None:
    """They are told why, privately, and nothing is recorded."""
    assert says in await typed(bot, f"delete {TASK_ID}", by)
    assert (await rig.store.pending()).deletions == ()


async def test_asked_for_already(bot: SignedSlack, rig: Rig) -> None:
    """A second request for the same task points to the first prompt."""
    await recorded(rig)
    answer = await typed(bot, f"delete {TASK_ID}", BOB)
    assert "<@U01ALICE> asked for" in answer
    assert "https://acme.slack.com/archives/C1/p1790000000000100" in answer
    assert len((await rig.store.pending()).deletions) == 1


async def test_redis_refuses(bot: SignedSlack, rig: Rig, redis_proxy: Proxy) -> None:
    """The acknowledgement says that nothing was done, and nothing was."""
    await redis_proxy.refuse()
    redis_proxy.cut()
    assert await typed(bot, f"delete {TASK_ID}") == str(NotRecordedError())
    assert (await rig.store.pending()).deletions == ()


async def test_a_reply_that_is_lost_counts_once(bot: SignedSlack, rig: Rig, redis_proxy: Proxy) -> None:
    """The write is made again, finds that it has been made, and the command is acknowledged."""
    redis_proxy.lose_reply(to=b"requested_at")
    assert await bot.send(DELETE) == (200, "")
    assert redis_proxy.lost == 1
    assert (await rig.events()).count("requested") == 1


async def test_a_reply_that_never_comes(bot: SignedSlack, rig: Rig, redis_proxy: Proxy) -> None:
    """Redis has recorded it and nobody hears: the acknowledgement says that nobody knows."""
    redis_proxy.lose_reply(to=b"requested_at", times=100)
    assert await typed(bot, f"delete {TASK_ID}") == str(MaybeRecordedError())
    assert (await rig.events()).count("requested") == 1


async def test_nothing_is_acknowledged_before_it_is_recorded(bot: SignedSlack, rig: Rig, redis_proxy: Proxy) -> None:
    """Slack gets its answer only once Redis has given its own."""
    redis_proxy.hang()
    sending = asyncio.create_task(bot.send(DELETE))
    await asyncio.wait({sending}, timeout=0.3)
    assert not sending.done()
    redis_proxy.resume()

    assert await sending == (200, "")
    (deletion,) = (await rig.store.pending()).deletions
    assert deletion.state is State.REQUESTED


async def test_an_error_that_nobody_foresaw(boom: None, bot: SignedSlack) -> None:
    """It is logged with its cause under an ID, and the person reads the ID and what is not known."""
    del boom
    with capture_logs() as logs:
        answer = await typed(bot, "boom")

    (log,) = [log for log in logs if "reference" in log]
    assert f"`{log['reference']}`" in answer
    assert "I don't know whether that counted" in answer
    assert "a bug" not in answer
    assert repr(log["exc_info"]) == "RuntimeError('a bug')"


async def test_a_deletion_that_cannot_be_read(bot: SignedSlack, rig: Rig) -> None:
    """A newer version of the bot may have written it: nothing is done, and the log has its ID."""
    deletion = await recorded(rig)
    await rig.redis.hset(rig.keys.deletion(deletion.id), "lifecycle", "of a later version")

    with capture_logs() as logs:
        answer = await typed(bot, f"delete {TASK_ID}")

    assert answer == str(NotRecordedError())
    assert deletion.id in [log["deletion"] for log in logs if log["log_level"] == "error"]
