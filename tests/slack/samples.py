"""Deletions as tests start from them."""

from dataclasses import replace

from bot.domain.deletion import Deletion, Delivery, Lifecycle, Prompt
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.outcome import Outcome, Verdict

WORKSPACE = "https://acme.slack.com/"
ALICE = SlackUser("T1", "U01ALICE")
BOB = SlackUser("T1", "U02BOB")
CAROL = SlackUser("T1", "U03CAROL")
DANA = SlackUser("T1", "U08DANA")
STRANGER = SlackUser("T9", "U01ALICE")  # Alice's user ID, in another workspace
TASK_ID = "897acf13d2a04fb6a7d3f8a3f3f0a001"
AT = 1_790_000_000_000

REQUESTED = Deletion(
    id="k" * 22,
    task_id=TASK_ID,
    requester=ALICE,
    operator="alice",
    channel="C1",
    requested_at=AT,
    lifecycle=Lifecycle(state=State.REQUESTED, expires_at=AT + 300_000, ttl=300_000),
    shown=LookUp(Presence.EXISTS, TaskFacts(name="nightly scan", project="shop", branch="main")),
    read_at=AT,
)


def at(deletion: Deletion, prompt: Prompt | None) -> Deletion:
    """The same, with its prompt there."""
    return replace(deletion, delivery=Delivery(prompt=prompt))


def come_to(state: State, deletion: Deletion, **changes: object) -> Deletion:
    """The same, in another state; `changes` are other fields of its lifecycle."""
    lifecycle = replace(deletion.lifecycle, state=state, **changes)  # type: ignore[arg-type]  # the fields' own names
    return replace(deletion, lifecycle=lifecycle)


POSTED = at(REQUESTED, Prompt("C1", "1790000000.000100"))
EPHEMERAL = at(REQUESTED, Prompt("C1"))
SUCCESS = Outcome(Verdict.DELETED, "success", "OK", request_id="req-1", took=812)
DELETED = come_to(State.DELETED, POSTED, outcome=SUCCESS, ended_at=AT + 60_000)
