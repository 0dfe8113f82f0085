"""Deletions as tests start from them."""

from dataclasses import replace

from bot.domain.deletion import Deletion, Prompt, State
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.outcome import Outcome, Verdict

WORKSPACE = "https://acme.slack.com/"
ALICE = SlackUser("T1", "U01ALICE")
BOB = SlackUser("T1", "U02BOB")
TASK_ID = "897acf13d2a04fb6a7d3f8a3f3f0a001"
AT = 1_790_000_000_000

REQUESTED = Deletion(
    id="k" * 22,
    task_id=TASK_ID,
    requester=ALICE,
    operator="alice",
    channel="C1",
    state=State.REQUESTED,
    requested_at=AT,
    expires_at=AT + 300_000,
    seen_at=AT,
    preview=LookUp(Presence.EXISTS, TaskFacts(name="nightly scan", project="shop", branch="main")),
)
POSTED = replace(REQUESTED, prompt=Prompt("C1", "1790000000.000100"))
EPHEMERAL = replace(REQUESTED, prompt=Prompt("C1"))
DELETED = replace(
    POSTED, state=State.DELETED, outcome=Outcome(Verdict.DELETED, "success", "OK", request_id="req-1", took=812)
)
