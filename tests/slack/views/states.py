"""A deletion in every state that people can see, as golden tests and checks of every message start from it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.confirmations import KINDS
from bot.domain.facts import CheckState, Difference, LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.step import NEVER_SEEN
from bot.domain.text import Text, UserGroup
from bot.slack.views.shown import FrozenBy, Said, Shown, Stage

ALICE, BOB, DANA = SlackUser("T1", "U01ALICE"), SlackUser("T1", "U02BOB"), SlackUser("T1", "U08DANA")
TASK = "897acf13d2a04fb6a7d3f8a3f3f0a001"
AT = 1_790_000_000_000  # 2026-09-21 14:13:20 UTC
MINUTE, HOUR = 60_000, 3_600_000


def hint(kind: str) -> Text:
    """Who can confirm, as this kind of second confirmation says it of Alice's request."""
    return Text(KINDS[kind].hint.template, {"requester": ALICE})


FACTS = TaskFacts(
    name="webshop-frontend",
    project="Payments",
    repository="git@git.example.com:pay/shop.git",
    branch="main",
    branches=1,
    last_check="2026-09-20T10:00:00Z",
    check_state=CheckState.PASSED,
    issues={"critical": 1, "major": 8},
    issue_count=42,
)
ASKED = Shown(
    id="k" * 22,
    stage=Stage.ASKED,
    task_id=TASK,
    look_up=LookUp(Presence.EXISTS, FACTS),
    requester=ALICE,
    operator="alice",
    reason="replaced by shop2",
    channel="C1",
    at=AT,
    expires_at=AT + 5 * MINUTE,
    hint=hint("button"),
    prompt_url="https://acme.slack.com/archives/C1/p1790000000000100",
)
REVIEWED = replace(ASKED, stage=Stage.REVIEWED)
SECOND_PERSON = replace(
    REVIEWED, hint=hint("second_person"), others=1, expires_at=AT + 8 * HOUR, asked=(BOB, UserGroup("S0QUALITY"))
)
CONFIRMED = replace(ASKED, confirmed_by=(ALICE,), ended_at=AT + 2 * MINUTE)
NO_ANSWER = Said(why=Text("CodeArts Check didn't answer."))
OK = Said(proof=Text("CodeArts Check confirmed it"), status="success", http_status="OK", request_id="req-897a")
GLASS = replace(SECOND_PERSON, confirmed_by=(DANA,), glass_by=DANA, glass_why="prod is down", ended_at=AT + 2 * MINUTE)

STATES: Mapping[str, Shown] = {
    "asked": ASKED,
    "asked, no reason": replace(ASKED, reason=""),
    "asked, not looked up yet": replace(ASKED, look_up=None),
    "asked, facts missing": replace(
        ASKED, look_up=LookUp(Presence.UNKNOWN, why=Text("CodeArts Check didn't answer in time."))
    ),
    "asked, no right to read": replace(
        ASKED, look_up=LookUp(Presence.UNKNOWN, TaskFacts(missing_right="codeartscheck:task:get"))
    ),
    "asked, gone meanwhile": replace(ASKED, look_up=LookUp(Presence.GONE)),
    "asked, running": replace(ASKED, look_up=LookUp(Presence.EXISTS, replace(FACTS, check_state=CheckState.RUNNING))),
    "asked, 200 branches": replace(ASKED, look_up=LookUp(Presence.EXISTS, replace(FACTS, branch="", branches=200))),
    "asked, ephemeral": replace(ASKED, ephemeral=True),
    "asked, linked": replace(ASKED, console_url="https://console.example/task/1"),
    "warned": replace(ASKED, warnings=("Release gate: ask the quality team first.",)),
    "frozen": replace(REVIEWED, freeze=FrozenBy(DANA, AT - HOUR, "release weekend")),
    "changed": replace(
        ASKED,
        stage=Stage.CHANGED,
        differences=(Difference("branch", "main", "release"), Difference("project", "", "X")),
    ),
    "changed, reviewed again": replace(
        REVIEWED, differences=(Difference("branch", "main", "release"), Difference("project", "", "X"))
    ),
    "unreadable": replace(ASKED, stage=Stage.UNREADABLE),
    "reviewed": REVIEWED,
    "typed": replace(REVIEWED, hint=hint("typed"), typed=True),
    "second person": SECOND_PERSON,
    "one of two": replace(SECOND_PERSON, others=2, confirmed_by=(BOB,)),
    "second person, a confirmation has lapsed": replace(SECOND_PERSON, lapsed=True, asked=(BOB,)),
    "second person, with break-glass": replace(SECOND_PERSON, break_glass=True),
    "second person, scheduled": replace(
        SECOND_PERSON, stage=Stage.SCHEDULED, confirmed_by=(BOB,), send_at=AT + HOUR, asked=()
    ),
    "glass broken, scheduled": replace(GLASS, stage=Stage.SCHEDULED, send_at=AT + HOUR),
    "glass broken, deleted": replace(GLASS, stage=Stage.DELETED, said=OK),
    "scheduled": replace(CONFIRMED, stage=Stage.SCHEDULED, send_at=AT + 30_000),
    "executing": replace(CONFIRMED, stage=Stage.EXECUTING),
    "accepted": replace(CONFIRMED, stage=Stage.ACCEPTED, verify_until=AT + 15 * MINUTE),
    "deleted": replace(CONFIRMED, stage=Stage.DELETED, said=OK),
    "deleted, confirmed by another": replace(CONFIRMED, stage=Stage.DELETED, said=OK, confirmed_by=(BOB,), others=1),
    "failed": replace(
        CONFIRMED,
        stage=Stage.FAILED,
        said=Said(
            why=Text(
                "{operator} has no permission to delete in {project}.", {"operator": "alice", "project": "Payments"}
            ),
            hint=Text("A project admin can grant it."),
            status="error",
            http_status="BAD_REQUEST",
            code="CC.00050010",
            request_id="req-897a",
        ),
    ),
    "running": replace(
        CONFIRMED,
        stage=Stage.FAILED,
        said=Said(why=Text("A check is running."), hint=Text("Stop it or wait, then ask again."), code="CC.00050015"),
    ),
    "gone": replace(CONFIRMED, stage=Stage.GONE, seen_at=AT),
    "gone, nobody knows who": replace(CONFIRMED, stage=Stage.GONE, said=Said(why=NEVER_SEEN)),
    "failed, with a remedy for admins": replace(
        CONFIRMED,
        stage=Stage.FAILED,
        said=Said(why=Text("There is no such API at this host."), admin_hint=Text("Check the endpoint.")),
    ),
    "unknown": replace(CONFIRMED, stage=Stage.UNKNOWN, said=NO_ANSWER, verify_until=AT + 15 * MINUTE),
    "unknown, final": replace(
        CONFIRMED, stage=Stage.UNKNOWN_FINAL, said=NO_ANSWER, console_url="https://console.example/task/1"
    ),
    "nobody else would see it": replace(
        ASKED,
        stage=Stage.CANCELLED,
        ended_at=AT,
        said=Said(
            why=Text("Someone else has to confirm it, but the bot can't post in this conversation."),
            hint=Text("Invite the bot to this channel, then ask again."),
        ),
    ),
    "cancelled": replace(ASKED, stage=Stage.CANCELLED, ended_by=ALICE, ended_at=AT + MINUTE),
    "declined": replace(
        SECOND_PERSON, stage=Stage.DECLINED, ended_by=BOB, ended_why="still in use", ended_at=AT + HOUR
    ),
    "stopped": replace(CONFIRMED, stage=Stage.STOPPED, ended_by=BOB),
    "stopped by a freeze": replace(CONFIRMED, stage=Stage.FROZEN, ended_by=DANA, ended_why="release weekend"),
    "stopped by a freeze, then another": replace(
        CONFIRMED, stage=Stage.FROZEN, ended_by=DANA, freeze=FrozenBy(BOB, AT, "another one")
    ),
    "stopped by a freeze from a shell": replace(
        CONFIRMED, stage=Stage.FROZEN, ended_by="root@build-7", ended_why="audit"
    ),
    "expired": replace(ASKED, stage=Stage.EXPIRED, ended_at=AT + 5 * MINUTE),
    "expired, one of two had confirmed": replace(
        SECOND_PERSON, stage=Stage.EXPIRED, others=2, confirmed_by=(BOB,), ended_at=AT + 8 * HOUR
    ),
    "asked, days to confirm": replace(SECOND_PERSON, stage=Stage.ASKED, expires_at=AT + 72 * HOUR),
}
