"""Deletions that stand in Redis already, and what the person who acts is told."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace

from bot.deletions.ports import Change
from bot.domain.deletion import Deletion, Delivery, Prompt
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from tests.slack.samples import ALICE, TASK_ID
from tests.slack.signing import SignedSlack, click_form, command_form
from tests.slack.wire import SlackWire
from tests.store.rig import Rig

STANDS = Prompt("C1", "1790000000.000100")


async def recorded(rig: Rig, state: State = State.REQUESTED, prompt: Prompt | None = STANDS) -> Deletion:
    """A deletion of Alice's; whoever recorded it holds it, so nobody but a person moves it."""
    deletion = await rig.requested(TASK_ID, requester=ALICE, operator="alice", channel="C1")
    after = replace(deletion, lifecycle=replace(deletion.lifecycle, state=state))
    after = replace(after, delivery=Delivery(prompt=prompt, rendered=after.appearance))
    return await rig.store.commit(Change(deletion, after, confirmable_in=0 if state is State.REVIEWED else None))


async def typed(bot: SignedSlack, text: str, by: SlackUser = ALICE) -> str:
    """The text of the private answer to `/codecheck {text}`."""
    status, answer = await bot.send(command_form(text, by, trigger_id=secrets.token_hex(8)))
    assert status == 200
    message = json.loads(answer)
    assert message["response_type"] == "ephemeral"
    assert message["blocks"]
    return str(message["text"])


async def click(bot: SignedSlack, payload: Mapping[str, object]) -> None:
    """Press a button; whatever becomes of it, Slack is answered with an empty 200."""
    assert await bot.send(click_form(dict(payload))) == (200, "")


async def answered(slack: SlackWire, name: str = "1") -> str:
    """The private answer that reached a click's response_url."""
    (call,) = await slack.wait_for(f"response:{name}")
    assert (call.body["response_type"], call.body["replace_original"]) == ("ephemeral", False)
    return str(call.body["text"])
