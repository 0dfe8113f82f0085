"""A deletion comes back from Redis as it was written."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deletion import BrokenGlass, Confirmation, Deletion, Delivery, Lifecycle, Prompt, ResponseUrl, Returned
from bot.domain.facts import CheckState, LookUp, Presence, TaskFacts
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.rules import ReasonPolicy, Safeguards
from bot.domain.text import Channel, Code, Moment, Text
from bot.store.codec import (
    decode,
    decode_freeze,
    decode_freeze_change,
    decode_response_url,
    encode,
    encode_freeze,
    encode_progress,
    encode_response_url,
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
times = st.integers(0, 2**53)
counts = st.integers(0, 1_000)
users = st.builds(SlackUser, team=words, id=words)
values = words | st.integers(-(2**53), 2**53) | st.builds(Moment, times) | st.builds(Code, words) | users
texts = st.builds(Text, words, st.dictionaries(words, values | st.builds(Channel, words), max_size=3))
outcomes = st.builds(
    Outcome,
    verdict=st.sampled_from(Verdict),
    status=words,
    http_status=words,
    code=words,
    why=texts,
    hint=texts,
    admin_hint=texts,
    request_id=words,
    took=counts,
    sent=st.booleans(),
)
facts = st.builds(
    TaskFacts,
    name=words,
    project_id=words,
    project=words,
    repository=words,
    branch=words,
    branches=st.none() | counts,
    last_check=words,
    check_state=st.none() | st.sampled_from(CheckState),
    issues=st.dictionaries(words, counts, max_size=3),
    issue_count=st.none() | counts,
    missing_right=words,
)
look_ups = st.none() | st.builds(LookUp, presence=st.sampled_from(Presence), facts=facts, why=texts)
lifecycles = st.builds(
    Lifecycle,
    state=st.sampled_from(State),
    confirmations=st.lists(st.builds(Confirmation, user=users, operator=words), max_size=3).map(tuple),
    broken_glass=st.none() | st.builds(BrokenGlass, by=users, why=words),
    seen=st.booleans(),
    outcome=st.none() | outcomes,
    ended_by=st.none() | users,
    ended_how=st.none() | st.sampled_from(Action),
    returned=st.none() | st.sampled_from(Returned),
    **{field.name: times for field in fields(Lifecycle) if field.type in (int, "int")},
)
safeguards = st.builds(
    Safeguards,
    second_step=words,
    grace=times,
    reason=st.sampled_from(ReasonPolicy),
    dwell=counts,
    confirmers=counts,
    protect=st.booleans(),
    break_glass=st.booleans(),
    warnings=st.lists(words, max_size=3, unique=True).map(tuple),
)
deletions = st.builds(
    Deletion,
    id=words,
    task_id=words,
    requester=users,
    operator=words,
    channel=words,
    reason=words,
    requested_at=times,
    safeguards=safeguards,
    lifecycle=lifecycles,
    delivery=st.builds(
        Delivery,
        prompt=st.none() | st.builds(Prompt, channel=words, ts=words),
        rendered=words,
        notified=st.frozensets(words, max_size=3),
        attempts=counts,
        asked=st.none() | st.lists(words, max_size=3).map(tuple),
        asked_at=times,
    ),
    shown=look_ups,
    before=look_ups,
    version=counts,
    traceparent=words,
    read_at=times,
    freeze=st.none(),
)


def encoded(deletion: Deletion) -> dict[str, str]:
    """All fields of the hash, those included that only Redis sets."""
    return {**encode(deletion), "requested_at": str(deletion.requested_at)}


@given(deletions)
def test_a_deletion_comes_back_as_it_was(deletion: Deletion) -> None:
    """Whatever it holds."""
    assert decode(deletion.id, encoded(deletion), deletion.read_at) == deletion


@given(deletions, deletions)
def test_what_changes_during_a_life_is_all_written(before: Deletion, after: Deletion) -> None:
    """Every later write carries all of it, and leaves the request alone."""
    never = {name: getattr(before, name) for name in ("id", "task_id", "requester", "operator", "channel", "reason")}
    never |= {"traceparent": before.traceparent}
    after = replace(after, **never, requested_at=before.requested_at, safeguards=before.safeguards)
    written = encoded(before) | encode_progress(after)
    assert decode(before.id, written, after.read_at) == after


@given(deletions, st.dictionaries(words.map("later_{}".format), words))
def test_fields_of_a_newer_version_are_ignored(deletion: Deletion, newer: dict[str, str]) -> None:
    """A replica still to be replaced reads what a new one wrote."""
    assert decode(deletion.id, encoded(deletion) | newer, deletion.read_at) == deletion


@pytest.mark.parametrize("name", ["request", "lifecycle", "delivery", "shown", "before"])
def test_nested_members_of_a_newer_version_are_ignored(name: str) -> None:
    """The same within each part."""
    written = encoded(A_DELETION)
    written[name] = written[name].removesuffix("}") + ',"newer":{"than":["this"]}}'
    assert decode("one", written, 0) == A_DELETION


def test_fields_that_an_older_version_did_not_write_have_their_defaults() -> None:
    """A new replica reads what an old one wrote."""
    needed = ("request", "lifecycle", "requested_at", "expires_at", "version")
    written = {name: value for name, value in encoded(A_DELETION).items() if name in needed}
    lifecycle = replace(A_DELETION.lifecycle, confirmable_at=0, send_at=0)
    assert decode("one", written, 0) == replace(
        A_DELETION, lifecycle=lifecycle, delivery=Delivery(), shown=None, before=None
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lifecycle", '{"state":"awaiting the moon","expires_at":0}'),
        ("lifecycle", '{"expires_at":0}'),
        ("version", "many"),
        ("expires_at", ""),
        ("delivery", "{"),
        ("shown", '{"presence":"perhaps"}'),
        ("request", "[]"),
    ],
)
def test_what_cannot_be_read_is_an_error(name: str, value: str) -> None:
    """Never a guess."""
    with pytest.raises(ValueError, match=r".+"):
        decode("one", encoded(A_DELETION) | {name: value}, 0)


@pytest.mark.parametrize("name", ["request", "lifecycle", "requested_at", "expires_at", "version"])
def test_what_a_deletion_cannot_be_without_is_missed(name: str) -> None:
    """The same."""
    written = encoded(A_DELETION)
    del written[name]
    with pytest.raises(KeyError):
        decode("one", written, 0)


def test_the_freeze_of_a_deletion_is_not_kept() -> None:
    """It is read beside it, as of that moment."""
    frozen = replace(A_DELETION, freeze=Freeze(A_DELETION.requester, 1))
    assert encode(frozen) == encode(A_DELETION)


@pytest.mark.parametrize("fields", [{}, {"on": ""}, {"on": "", "team": "T", "user": "U", "at": "1"}, {"": "WRONGTYPE"}])
def test_what_is_no_freeze_is_none(fields: dict[str, str]) -> None:
    """Never set, or released."""
    assert decode_freeze(fields) is None


def test_a_freeze_comes_back_as_it_was() -> None:
    """With who, when and why."""
    fields = {"on": "1", "team": "T0TEAM", "user": "U0ALICE", "at": "5", "reason": "an audit"}
    assert decode_freeze(fields) == Freeze(SlackUser("T0TEAM", "U0ALICE"), 5, "an audit")


@given(st.builds(ResponseUrl, url=words, edits_prompt=st.booleans()))
def test_a_response_url_comes_back_as_it_was(response_url: ResponseUrl) -> None:
    """With whether it edits the prompt."""
    assert decode_response_url(encode_response_url(response_url)) == response_url


A_DELETION = Deletion(
    id="one",
    task_id="task-1",
    requester=SlackUser("T0TEAM", "U0ALICE"),
    operator="alice",
    channel="C0QUALITY",
    requested_at=1,
    lifecycle=Lifecycle(
        state=State.UNKNOWN,
        expires_at=2,
        confirmable_at=3,
        send_at=4,
        confirmed_at=5,
        outcome=Outcome(Verdict.UNKNOWN, why=Text("Seen at {when}.", {"when": Moment(7)})),
    ),
    delivery=Delivery(prompt=Prompt("C0QUALITY", "1.1"), notified=frozenset({"executing:result"})),
    shown=LookUp(Presence.EXISTS, TaskFacts(name="checks")),
    before=LookUp(Presence.EXISTS, TaskFacts(name="check")),
    version=4,
)


def test_a_freeze_of_another_version() -> None:
    """One that a newer version makes known is left to it, and one that an older version recorded it has made known."""
    recorded = encode_freeze(Freeze(SlackUser("T1", "U1"), 0)) | {"at": "1"}
    change = decode_freeze_change(recorded)
    assert change is not None
    assert change.spreads
    newer = decode_freeze_change(recorded | {"known": "a stage of tomorrow"})
    assert newer is not None
    assert not newer.spreads
    assert decode_freeze_change({"on": "1", "team": "T1", "user": "U1", "at": "1"}) is None
