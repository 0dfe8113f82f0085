"""The prompt in each state, as people read it."""

from dataclasses import replace

import pytest

from bot.domain.brakes import Freeze
from bot.domain.deletion import Deletion, State
from bot.domain.facts import LookUp, Presence
from bot.domain.next_step import frozen_in_grace
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import Code, Text
from bot.slack.views.message import Message
from bot.slack.views.prompts import prompt
from tests.slack.samples import ALICE, AT, BOB, DELETED, EPHEMERAL, POSTED, TASK_ID
from tests.slack.views.limits import texts


def read(message: Message) -> str:
    """The blocks as one text."""
    return "\n".join(texts(message))


def buttons(message: Message) -> list[tuple[str, str, str | None, str]]:
    """Text, action ID, style and value of each button."""
    rows = [block.to_dict() for block in message.blocks if block.type == "actions"]
    return [
        (element["text"]["text"], element["action_id"], element.get("style"), element["value"])
        for row in rows
        for element in row["elements"]
    ]


def test_first_step() -> None:
    """Step 1 offers to review or to cancel, and neither deletes."""
    message = prompt(POSTED)

    assert buttons(message) == [
        ("Review deletion…", "deletion.review", None, POSTED.id),
        ("Cancel", "deletion.cancel", None, POSTED.id),
    ]
    assert "Step 1 of 2. Nothing has been deleted." in read(message)
    assert "*Name:* nightly scan\n*Project:* shop\n*Branch:* main" in read(message)
    assert f"<!date^{(AT + 300_000) // 1_000}^" in read(message)


def test_second_step() -> None:
    """Step 2 says what is lost, names the task and the operator, and puts the dangerous button last."""
    message = prompt(replace(POSTED, state=State.REVIEWED))

    assert buttons(message) == [
        ("Cancel", "deletion.cancel", None, POSTED.id),
        ("Delete task 897acf…", "deletion.confirm", "danger", POSTED.id),
    ]
    for named in ("configuration", "issues", "execution records", TASK_ID, "`alice`", "cannot be undone"):
        assert named in read(message)


@pytest.mark.parametrize(
    ("preview", "warning"),
    [
        (LookUp(Presence.GONE), "CodeArts Check does not know this task.* Check the ID"),
        (LookUp(Presence.UNKNOWN, why=Text("HTTP 503")), "could not be looked up* (HTTP 503)"),
        (LookUp(Presence.UNKNOWN), "could not be looked up*. Check"),
        (None, "has not been looked up"),
    ],
    ids=["gone", "unknown and why", "unknown", "not looked up"],
)
@pytest.mark.parametrize("state", [State.REQUESTED, State.REVIEWED])
def test_what_the_look_up_left_open(state: State, preview: LookUp | None, warning: str) -> None:
    """Both steps warn where the task was not found, or could not be looked for."""
    assert warning in read(prompt(replace(POSTED, state=state, preview=preview)))


def test_no_warning_where_the_task_was_found() -> None:
    """A task that was found is shown without a warning."""
    assert "look" not in read(prompt(POSTED))


def test_ephemeral_prompt_says_so() -> None:
    """Where only the requester sees the prompt, it says so, and that the result will be public."""
    assert "Only you can see this" in read(prompt(EPHEMERAL))
    assert "Only you can see this" not in read(prompt(POSTED))


SCHEDULED = replace(POSTED, state=State.SCHEDULED, confirmer=ALICE, confirmed_at=AT, send_at=AT + 60_000)
UNKNOWN = replace(POSTED, state=State.UNKNOWN, outcome=Outcome(Verdict.UNKNOWN, why=Text("No answer within 10 s.")))


@pytest.mark.parametrize(
    ("deletion", "says"),
    [
        (replace(POSTED, state=State.EXECUTING), f"Deleting task `{TASK_ID}`."),
        (replace(POSTED, state=State.ACCEPTED, verify_until=AT), "deletion accepted, but not finished"),
        (replace(UNKNOWN, verify_until=AT), f"Not known yet whether task `{TASK_ID}` was deleted"),
        (replace(UNKNOWN, verify_until=AT), "No answer within 10 s. The bot is looking until <!date"),
        (UNKNOWN, f"Unknown whether task `{TASK_ID}` was deleted"),
        (UNKNOWN, "The bot has stopped looking. No answer within 10 s."),
        (DELETED, f"Task `{TASK_ID}` was deleted."),
        (replace(POSTED, state=State.CANCELLED), "Nothing was sent to CodeArts Check."),
        (replace(SCHEDULED, state=State.CANCELLED), "Stopped: task"),
        (replace(SCHEDULED, state=State.CANCELLED, canceller=BOB), "Stopped by <@U02BOB>: task"),
        (frozen_in_grace(SCHEDULED, Freeze(BOB, AT, "<audit>")), "Stopped by a freeze of <@U02BOB>: task"),
        (
            frozen_in_grace(SCHEDULED, Freeze(BOB, AT, "<audit>")),
            "Deletions were frozen before it was sent: &lt;audit&gt;",
        ),
        (frozen_in_grace(SCHEDULED, Freeze(ALICE, AT)), "Stopped by a freeze of <@U01ALICE>: task"),
        (frozen_in_grace(SCHEDULED, Freeze(ALICE, AT)), "Deletions were frozen before it was sent. Nothing was sent"),
        (replace(POSTED, state=State.EXPIRED), f"To ask again: `/codecheck delete {TASK_ID}`"),
    ],
    ids=lambda value: value.state if not isinstance(value, str) else None,
)
def test_later_appearances(deletion: Deletion, says: str) -> None:
    """Once it no longer waits for a click, the prompt has no buttons and says where the deletion stands."""
    message = prompt(deletion)

    assert says in read(message)
    assert says in message.text
    assert buttons(message) == []


def test_failure_says_what_it_means_and_what_to_do() -> None:
    """A failure names the service's code, its meaning, and what to do."""
    outcome = Outcome(
        Verdict.FAILED,
        code="CC.00050010",
        why=Text("No permission."),
        hint=Text("Grant {right}.", {"right": Code("codeartscheck:task:delete")}),
    )

    said = read(prompt(replace(POSTED, state=State.FAILED, outcome=outcome)))

    assert f"Task `{TASK_ID}` was not deleted." in said
    assert "`CC.00050010`: No permission. *What to do:* Grant `codeartscheck:task:delete`." in said
