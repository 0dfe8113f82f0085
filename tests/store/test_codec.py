"""A deletion comes back from Redis as it was written."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deletion import Deletion, Prompt, ResponseUrl, State
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import Code, Text
from bot.store.codec import decode, decode_response_url, encode, encode_response_url

texts = st.text(max_size=30)
times = st.integers(0, 2**53)
counts = st.integers(0, 1_000)
sentences = st.builds(
    Text, texts, st.dictionaries(texts, texts | st.integers(0, 999) | st.builds(Code, texts), max_size=2)
)
outcomes = st.builds(
    Outcome,
    verdict=st.sampled_from(Verdict),
    status=texts,
    http_status=texts,
    code=texts,
    why=sentences,
    hint=sentences,
    request_id=texts,
    took=counts,
)
sightings = st.builds(
    LookUp,
    presence=st.sampled_from(Presence),
    facts=st.builds(TaskFacts, name=texts, project=texts, branch=texts),
    why=sentences,
)
deletions = st.builds(
    Deletion,
    id=texts,
    task_id=texts,
    requester=st.builds(SlackUser, team=texts, id=texts),
    operator=texts,
    channel=texts,
    state=st.sampled_from(State),
    requested_at=times,
    expires_at=times,
    confirmed_at=times,
    epoch=counts,
    calls=counts,
    looks=counts,
    look_at=times,
    verify_until=times,
    tries=counts,
    prompt=st.none() | st.builds(Prompt, channel=texts, ts=texts),
    drawn=texts,
    told=st.frozensets(texts),
    preview=st.none() | sightings,
    outcome=st.none() | outcomes,
    seen_at=times,
)


@given(deletions)
def test_a_deletion_comes_back_as_it_was(deletion: Deletion) -> None:
    """Whatever it holds."""
    assert decode(deletion.id, encode(deletion), deletion.seen_at) == deletion


@given(deletions, st.dictionaries(texts.map("later_{}".format), texts))
def test_fields_of_a_newer_version_are_ignored(deletion: Deletion, newer: dict[str, str]) -> None:
    """A replica still to be replaced reads what a new one wrote."""
    assert decode(deletion.id, encode(deletion) | newer, deletion.seen_at) == deletion


def test_nested_fields_of_a_newer_version_are_ignored() -> None:
    """The same within an outcome, a sighting and a prompt."""
    fields = encode(A_DELETION)
    for name in ("prompt", "preview", "outcome"):
        fields[name] = fields[name].removesuffix("}") + ',"newer":{"than":["this"]}}'
    assert decode("one", fields, 0) == A_DELETION


def test_fields_that_an_older_version_did_not_write_have_their_defaults() -> None:
    """A new replica reads what an old one wrote."""
    needed = ("task_id", "team", "user", "operator", "channel", "state", "requested_at", "expires_at", "epoch")
    fields = {name: value for name, value in encode(A_DELETION).items() if name in needed}
    assert decode("one", fields, 0) == replace(
        A_DELETION, confirmed_at=0, prompt=None, preview=None, outcome=None, told=frozenset()
    )


@pytest.mark.parametrize(("name", "value"), [("state", "awaiting the moon"), ("epoch", "many"), ("outcome", "{")])
def test_what_cannot_be_read_is_an_error(name: str, value: str) -> None:
    """Never a guess."""
    with pytest.raises(ValueError, match=r".+"):
        decode("one", encode(A_DELETION) | {name: value}, 0)


@given(st.builds(ResponseUrl, url=texts, edits_prompt=st.booleans()))
def test_a_response_url_comes_back_as_it_was(response_url: ResponseUrl) -> None:
    """With whether it edits the prompt."""
    assert decode_response_url(encode_response_url(response_url)) == response_url


A_DELETION = Deletion(
    id="one",
    task_id="task-1",
    requester=SlackUser("T0TEAM", "U0ALICE"),
    operator="alice",
    channel="C0QUALITY",
    state=State.UNKNOWN,
    requested_at=1,
    expires_at=2,
    confirmed_at=3,
    epoch=4,
    prompt=Prompt("C0QUALITY", "1.1"),
    told=frozenset({"executing:result"}),
    preview=LookUp(Presence.EXISTS, TaskFacts(name="checks")),
    outcome=Outcome(Verdict.UNKNOWN, why=Text("Timeout.")),
)
