"""Every message that the views make, by name: `python -m tests.slack.views.golden_messages` writes the golden files.

Look at what changes in them before you commit it: they are what people read.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.domain.concern import Mine
from bot.domain.deletion import Lifecycle
from bot.domain.errors import NotRecordedError
from bot.domain.facts import Candidate, LookUp, Presence, Suggestions
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.rules import Safeguards
from bot.domain.text import Channel, Code, Moment, Several, Value, text
from bot.slack.views import announcement, calls, private
from bot.slack.views.from_deletion import Links
from bot.slack.views.home import home, without
from bot.slack.views.layout import Layout, told
from bot.slack.views.prompt import prompt, retired
from bot.slack.views.refusals import Reader, Refusal, reasons, refusal
from bot.slack.views.shown import ENDED, FrozenBy, Stage
from tests.domain.samples import deletion
from tests.slack.views.reading import golden
from tests.slack.views.states import (
    ALICE,
    ASKED,
    AT,
    BOB,
    DANA,
    FACTS,
    HOUR,
    MINUTE,
    REVIEWED,
    SECOND_PERSON,
    STATES,
    TASK,
)

FOLDER = Path(__file__).parent / "golden"
VALUES: Mapping[str, Value] = {
    "requester": ALICE,
    "channels": Several((Channel("C1"), Channel("C2"))),
    "rule": "Ask the release team.",
    "by": DANA,
    "at": Moment(AT),
    "why": "release weekend",
    "limit": 5,
    "seconds": 2,
    "until": Moment(AT + HOUR),
    "sent_at": Moment(AT, exact=True),
    "expires_at": Moment(AT),
    "again": Code(f"/codecheck delete {TASK}"),
    "now": "cancelled by Bob",
}

PROMPTS: Mapping[str, Layout] = {**{name: prompt(shown) for name, shown in STATES.items()}, "retired": retired()}
TOLD = {name: shown for name, shown in STATES.items() if shown.stage in ENDED | {Stage.UNKNOWN, Stage.ACCEPTED}}
RESULTS: Mapping[str, Layout] = {
    **{name: announcement.result(shown) for name, shown in TOLD.items()},
    "deleted, by direct message": announcement.result_by_direct_message(STATES["deleted"]),
    **{f"{name}, notice": announcement.notice(shown) for name, shown in TOLD.items()},
}
CALLS: Mapping[str, Layout] = {
    "to confirm": calls.to_confirm(SECOND_PERSON),
    "to confirm, nobody named": calls.to_confirm(replace(SECOND_PERSON, asked=(), reason="")),
    "glass broken": calls.glass_broken(STATES["glass broken, scheduled"]),
    "glass broken, nobody named": calls.glass_broken(replace(STATES["glass broken, scheduled"], asked=())),
    "to the requester, changed": calls.to_requester(STATES["changed"]),
    "to the requester, unreadable": calls.to_requester(STATES["unreadable"]),
    "reminder": calls.reminder(SECOND_PERSON),
    "reminder in a grace period": calls.reminder(replace(STATES["scheduled"], send_at=AT + 24 * HOUR)),
    **{f"to the requester, {name}": calls.to_requester(shown) for name, shown in TOLD.items()},
    "frozen": calls.frozen(FrozenBy(DANA, AT, "release weekend")),
    "frozen, from a shell": calls.frozen(FrozenBy("root@build-7", AT)),
    "unfrozen": calls.unfrozen(DANA),
    "unfrozen, from a shell": calls.unfrozen("root@build-7"),
}
SIMILAR = (
    Candidate(TASK, "webshop-frontend", "Payments"),
    Candidate("9b1c0de36e0c3d897acf7a1bd64e3b9b", "webshop-admin", "Shops"),
)
PRIVATE: Mapping[str, Layout] = {
    "no such task": private.no_such_task(TASK),
    "no such task, similar ones": private.no_such_task("webshop", Suggestions(SIMILAR)),
    "no such task, half an ID": private.no_such_task(TASK[:8], Suggestions(SIMILAR[:1], complete=False)),
    "no such task, many": private.no_such_task("webshop", Suggestions(SIMILAR * 5)),
    "no such task, not all looked at": private.no_such_task("abad", Suggestions(complete=False)),
    "no such task, deleted": private.no_such_task(TASK, deleted=private.Deleted(ALICE, AT + 2 * MINUTE)),
    "already asked": private.already_asked(ASKED, BOB),
    "already asked by oneself": private.already_asked(ASKED, ALICE),
    "already asked, ephemeral": private.already_asked(replace(REVIEWED, ephemeral=True, prompt_url=""), BOB),
    "already asked by oneself, ephemeral": private.already_asked(replace(ASKED, ephemeral=True, prompt_url=""), ALICE),
    "already asked, being posted": private.already_asked(replace(ASKED, prompt_url=""), BOB),
    "modal not opened": private.modal_not_opened(),
    "modal not opened by a command": private.modal_not_opened(command=True),
    "broken, nothing done": private.broken("1a2b3c4d", nothing_done=True),
    "broken": private.broken("1a2b3c4d", nothing_done=False),
    "limit reached": private.limit_reached(20, AT + HOUR, None),
    "limit of a person reached": private.limit_reached(5, AT + HOUR, BOB),
}
CAROL, ADMIN = Reader(SlackUser("T1", "U03CAROL"), admins=(DANA,)), Reader(DANA, admin=True, admins=(DANA,))
REFUSALS: Mapping[str, Layout] = {
    **{f"{reason}, all known": refusal(Refusal(reason, VALUES), CAROL) for reason in reasons()},
    **{f"{reason}, to an admin": refusal(Refusal(reason), ADMIN) for reason in reasons()},
    "no_operator, no admins": refusal(Refusal("no_operator"), Reader(BOB)),
    "unforeseen": refusal(Refusal("a reason of tomorrow"), CAROL),
}
LINKS = Links("https://acme.slack.com/")
LOOKED_UP = LookUp(Presence.EXISTS, FACTS)
WAITING = replace(
    deletion(State.REVIEWED, safeguards=Safeguards(second_step="second_person"), shown=LOOKED_UP),
    requester=ALICE,
    reason="replaced by shop2",
    lifecycle=Lifecycle(state=State.REVIEWED, expires_at=AT + 8 * HOUR),
)
OWN = replace(WAITING, requester=BOB, operator="bob", reason="")
MINE = Mine(to_confirm=(WAITING,), own=(OWN,))
HOME: Mapping[str, Layout] = {
    "to confirm, and one's own": home(MINE, LINKS, AT),
    "nothing": home(Mine(), LINKS, AT),
    "frozen": home(replace(MINE, own=(), freeze=Freeze(DANA, AT, "release weekend")), LINKS, AT),
    "not everything could be read": home(Mine(complete=False), LINKS, AT),
    "no access": without(refusal(Refusal("no_operator"), CAROL), AT, known=True),
    "no storage": without(told(text("{said}", said=str(NotRecordedError()))), AT, known=False),
}
GOLDEN: Mapping[str, Mapping[str, Layout]] = {
    "prompts": PROMPTS,
    "results": RESULTS,
    "calls": CALLS,
    "private": PRIVATE,
    "refusals": REFUSALS,
    "home": HOME,
}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, layouts in GOLDEN.items():
        (FOLDER / f"{file}.txt").write_text(golden(layouts), encoding="utf-8")
