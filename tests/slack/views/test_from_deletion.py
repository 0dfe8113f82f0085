"""A deletion -> what its messages show: which stage it is, who ended it and how, how it is known, where it is found."""

from dataclasses import replace

import pytest

from bot.domain.confirmations import KINDS
from bot.domain.deletion import Confirmation, Prompt, Returned
from bot.domain.facts import Difference, LookUp, Presence, TaskFacts
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.rules import Safeguards
from bot.domain.text import Text
from bot.slack.views.announcement import result
from bot.slack.views.from_deletion import Links, frozen_by, permalink, shown
from bot.slack.views.layout import drawn
from bot.slack.views.prompt import prompt
from bot.slack.views.shown import Stage
from tests.slack.samples import ALICE, AT, BOB, DELETED, EPHEMERAL, POSTED, REQUESTED, SUCCESS, TASK_ID, at, come_to

LINKS = Links("https://acme.slack.com/", "https://console.example/{project_id}/{task_id}")
SHELL = SlackUser("", "shell:root@build-7")


@pytest.mark.parametrize("state", sorted(set(State) - {State.CANCELLED}))
def test_every_state_is_a_stage_of_its_own(state: State) -> None:
    """Only what was cancelled tells its ways apart."""
    assert shown(come_to(state, POSTED)).stage == (Stage.ASKED if state is State.REQUESTED else state.value)


@pytest.mark.parametrize(
    ("how", "stage"),
    [
        (None, Stage.CANCELLED),
        (Action.CANCEL, Stage.CANCELLED),
        (Action.DECLINE, Stage.DECLINED),
        (Action.STOP, Stage.STOPPED),
        (Action.FREEZE, Stage.FROZEN),
    ],
)
def test_who_kept_it_and_how(how: Action | None, stage: Stage) -> None:
    """In their own words; a freeze that has ended since is still the one that stopped it."""
    kept = come_to(State.CANCELLED, POSTED, ended_by=BOB, ended_how=how, ended_why="in use", ended_at=AT)
    seen = shown(replace(kept, freeze=Freeze(ALICE, AT, "another one")))
    assert (seen.stage, seen.ended_by, seen.ended_why, seen.ended_at) == (stage, BOB, "in use", AT)


NOW = LookUp(Presence.EXISTS, TaskFacts(name="nightly scan", project="shop", branch="release"))
CHANGED = (Difference("branch", "main", "release"),)


@pytest.mark.parametrize(
    ("state", "returned", "now", "stage", "found"),
    [
        (State.REQUESTED, Returned.CHANGED, NOW, Stage.CHANGED, CHANGED),
        (State.REVIEWED, None, NOW, Stage.REVIEWED, CHANGED),
        (State.REQUESTED, Returned.UNREADABLE, POSTED.shown, Stage.UNREADABLE, ()),
        (State.DELETED, None, NOW, Stage.DELETED, ()),
    ],
)
def test_what_was_sent_back_says_why(
    state: State, returned: Returned | None, now: LookUp, stage: Stage, found: tuple[Difference, ...]
) -> None:
    """With what has changed, if that was it: also to those who confirm it again."""
    seen = shown(replace(come_to(state, POSTED, returned=returned), before=POSTED.shown, shown=now))
    assert (seen.stage, seen.differences) == (stage, found)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_second_step_asks_for(kind: str) -> None:
    """Typing, and how many others: read from the registry of kinds."""
    seen = shown(replace(POSTED, safeguards=Safeguards(second_step=kind, confirmers=2, warnings=("Ask first.",))))
    others = 2 if KINDS[kind].by_others else 0
    assert (seen.typed, seen.others, seen.warnings) == (KINDS[kind].typed, others, ("Ask first.",))


def test_who_has_confirmed() -> None:
    """In order."""
    confirmed = come_to(State.REVIEWED, POSTED, confirmations=(Confirmation(BOB, "bob"), Confirmation(ALICE, "alice")))
    assert shown(confirmed).confirmed_by == (BOB, ALICE)


def test_how_a_success_is_known() -> None:
    """By the service's word, or by seeing the task gone: the second is not said to be the first."""
    assert str(shown(DELETED).said.proof) == "CodeArts Check confirmed it"
    seen_gone = replace(SUCCESS, why=Text("It was seen to be gone."))
    assert str(shown(come_to(State.DELETED, POSTED, outcome=seen_gone)).said.proof) == "It was seen to be gone."
    looked_up = Outcome(Verdict.UNKNOWN, why=Text("It was seen to be gone."))
    assert str(shown(come_to(State.DELETED, POSTED, outcome=looked_up)).said.proof) == "It was seen to be gone."
    assert not shown(come_to(State.FAILED, POSTED, outcome=Outcome(Verdict.FAILED, why=Text("No.")))).said.proof
    assert not shown(POSTED).said.proof


@pytest.mark.parametrize("status", ["success", "error", ""])
def test_the_service_is_quoted_word_for_word(status: str) -> None:
    """Whatever became of it; nothing is quoted of a call that was never answered or never made."""
    outcome = Outcome(Verdict.UNKNOWN, status, "INTERNAL_SERVER_ERROR" if status else "", "CC.1", request_id="req-1")
    said = drawn(result(shown(come_to(State.UNKNOWN, POSTED, outcome=outcome)))).text
    assert (f"status: {status}" in said) is ("httpStatus: INTERNAL_SERVER_ERROR" in said) is bool(status)
    assert "CC.1" in said
    assert "req-1" in said
    for state in (State.CANCELLED, State.EXPIRED):
        assert "status" not in drawn(result(shown(come_to(state, POSTED)))).text


@pytest.mark.parametrize("state", sorted(set(State) - {State.DELETED}))
@pytest.mark.parametrize("outcome", [None, SUCCESS, replace(SUCCESS, verdict=Verdict.UNKNOWN)])
def test_deleted_is_said_of_deleted_alone(state: State, outcome: Outcome | None) -> None:
    """Whatever the service said: the prompt and the result say what the state is."""
    seen = shown(come_to(state, POSTED, outcome=outcome))
    for message in (drawn(prompt(seen)), drawn(result(seen))):
        assert "✅" not in message.text
        assert "nightly scan deleted" not in message.text


@pytest.mark.parametrize(
    ("prompt_at", "url"),
    [
        (Prompt("C1", "1790000000.000100"), "https://acme.slack.com/archives/C1/p1790000000000100"),
        (Prompt("D7", "1.2"), "https://acme.slack.com/archives/D7/p12"),
        (Prompt("C1"), ""),
        (None, ""),
    ],
)
def test_where_the_prompt_is(prompt_at: Prompt | None, url: str) -> None:
    """An ephemeral prompt has no address, nor has one that is not posted yet, nor any without the workspace's."""
    assert shown(at(REQUESTED, prompt_at), LINKS).prompt_url == url
    assert shown(at(REQUESTED, prompt_at)).prompt_url == ""


def test_a_permalink_is_made_without_a_call() -> None:
    """From the workspace, the channel and the timestamp without its dot; a slash at its end does not count twice."""
    for workspace in ("https://acme.slack.com", "https://acme.slack.com/"):
        assert permalink("C1", "1.000100", workspace) == "https://acme.slack.com/archives/C1/p1000100"


def test_where_the_task_is() -> None:
    """In the console, if everything that the link needs is known."""
    assert REQUESTED.shown is not None
    known = replace(REQUESTED, shown=replace(REQUESTED.shown, facts=replace(REQUESTED.shown.facts, project_id="p1")))
    assert shown(known, LINKS).console_url == f"https://console.example/p1/{TASK_ID}"
    assert shown(REQUESTED, LINKS).console_url == ""
    assert shown(replace(REQUESTED, shown=None), LINKS).console_url == ""
    assert shown(REQUESTED, Links("", "https://console.example/{task_id}")).console_url.endswith(f"/{TASK_ID}")


def test_somebody_at_a_shell_is_no_slack_user() -> None:
    """They are named as they are, and nobody is mentioned."""
    assert frozen_by(Freeze(SHELL, AT, "audit")).by == "root@build-7"
    assert frozen_by(Freeze(BOB, AT)).by == BOB


def test_when_the_task_was_last_seen() -> None:
    """Only if it was: a task that could not be read was not seen."""
    assert shown(POSTED).seen_at == AT
    assert shown(replace(POSTED, shown=None)).seen_at == 0
    assert shown(replace(POSTED, shown=LookUp(Presence.UNKNOWN))).seen_at == 0


def test_an_ephemeral_prompt_says_so() -> None:
    """Where only the requester sees the prompt, it says so, and that the result will be public."""
    assert "Only you can see this" in drawn(prompt(shown(EPHEMERAL))).text
    assert "Only you can see this" not in drawn(prompt(shown(POSTED))).text
