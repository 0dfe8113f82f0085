"""A deletion for the domain's tests, and the people around it."""

from dataclasses import fields, replace

from bot.domain.access import Identity
from bot.domain.deletion import Confirmation, Deletion, Delivery, Lifecycle, Prompt
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, State

ALICE, BOB, CAROL, ADMIN = (SlackUser("T1", f"U{number}") for number in range(1, 5))
OPERATORS = {ALICE: "alice", BOB: "bob", CAROL: "carol", ADMIN: "admin"}
PEOPLE = {user: Identity(user, operator) for user, operator in OPERATORS.items()}
REQUESTED_AT, NOW, EXPIRES_AT = 1_000, 10_000, 301_000
FACTS = TaskFacts(
    name="webshop-frontend",
    project_id="p1",
    project="Payments",
    repository="git@example.com:shop.git",
    branch="main",
    last_check="2026-11-20 10:00:00",
)
EXISTS, GONE, UNSEEN = LookUp(Presence.EXISTS, FACTS), LookUp(Presence.GONE), LookUp(Presence.UNKNOWN)
PROMPT = Prompt("C1", "1700000000.000100")
FREEZE = Freeze(ADMIN, 5_000, "an audit")

_LIFECYCLE = {field.name for field in fields(Lifecycle)}


def deletion(state: State, **changes: object) -> Deletion:
    """One whose prompt has been posted and shows its state, as it comes to be on the straight way there.

    Args:
        state: its state.
        changes: fields of the deletion, of its lifecycle or of its delivery.
    """
    lifecycle = Lifecycle(state=state, expires_at=EXPIRES_AT, ttl=EXPIRES_AT - REQUESTED_AT)
    if state is State.REVIEWED:
        lifecycle = replace(lifecycle, confirmable_at=5_000)
    elif state not in AWAITING_CONFIRMATION and state not in (State.CANCELLED, State.EXPIRED):
        confirmed = (Confirmation(ALICE, "alice"),)
        lifecycle = replace(lifecycle, confirmable_at=5_000, confirmations=confirmed, confirmed_at=8_000)
        if state is not State.SCHEDULED:
            lifecycle = replace(lifecycle, calls=1)
        if state not in (State.SCHEDULED, State.EXECUTING):
            lifecycle = replace(lifecycle, called_at=8_500, sends=1)
    of_lifecycle = {name: value for name, value in changes.items() if name in _LIFECYCLE}
    of_delivery = {name: changes[name] for name in ("prompt", "rendered", "notified", "attempts") if name in changes}
    others = {name: value for name, value in changes.items() if name not in of_lifecycle and name not in of_delivery}
    found = Deletion(
        id="d1",
        task_id="897acf",
        requester=ALICE,
        operator="alice",
        channel="C1",
        requested_at=REQUESTED_AT,
        lifecycle=replace(lifecycle, **of_lifecycle),  # type: ignore[arg-type]  # the fields' own names
        delivery=Delivery(prompt=PROMPT),
        shown=EXISTS,
        version=3,
        read_at=NOW,
    )
    found = replace(found, **others)  # type: ignore[arg-type]  # the same
    shown = {"rendered": found.appearance, **of_delivery}
    delivery = replace(found.delivery, **shown)  # type: ignore[arg-type]  # the same
    return replace(found, delivery=delivery)
