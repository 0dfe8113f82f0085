"""Deletions as tests start from them."""

from dataclasses import replace

from bot.domain.deletion import Deletion, Delivery, Lifecycle, Prompt
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.outcome import Outcome, Verdict
from bot.slack.views.from_deletion import Links

WORKSPACE = "https://acme.slack.com/"
LINKS = Links(WORKSPACE)
ALICE = SlackUser("T1", "U01ALICE")
BOB = SlackUser("T1", "U02BOB")
TASK_ID = "897acf13d2a04fb6a7d3f8a3f3f0a001"
AT = 1_790_000_000_000


def in_state(deletion: Deletion, state: State, **changes: object) -> Deletion:
    """The deletion in another state, with other changes to its lifecycle."""
    return replace(deletion, lifecycle=replace(deletion.lifecycle, state=state, **changes))  # type: ignore[arg-type]


def shown_at(deletion: Deletion, prompt: Prompt | None) -> Deletion:
    """The deletion with its prompt there, as it should look."""
    return replace(deletion, delivery=Delivery(prompt=prompt, rendered=deletion.appearance if prompt else ""))


REQUESTED = Deletion(
    id="k" * 22,
    task_id=TASK_ID,
    requester=ALICE,
    operator="alice",
    channel="C1",
    requested_at=AT,
    lifecycle=Lifecycle(state=State.REQUESTED, expires_at=AT + 300_000),
    shown=LookUp(Presence.EXISTS, TaskFacts(name="nightly scan", project="shop", branch="main")),
    version=1,
    read_at=AT,
)
POSTED = shown_at(REQUESTED, Prompt("C1", "1790000000.000100"))
EPHEMERAL = shown_at(REQUESTED, Prompt("C1"))
_OUTCOME = Outcome(Verdict.DELETED, "success", "OK", request_id="req-1", took=812)
DELETED = in_state(POSTED, State.DELETED, outcome=_OUTCOME, ended_at=AT)
DELETED_EPHEMERAL = in_state(EPHEMERAL, State.DELETED, outcome=_OUTCOME, ended_at=AT)
