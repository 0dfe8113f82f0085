"""Every text that can be sent: no raw `<` or `&` but in our own mentions, dates and links."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import Candidate, Difference, LookUp, Presence, Suggestions, TaskFacts
from bot.domain.operators import OPERATOR
from bot.domain.task_id import TASK_ID
from bot.domain.text import Text, UserGroup, text
from bot.slack.registry import discover
from bot.slack.views import announcement, calls, private
from bot.slack.views.dialogs import decline_with_reason, typed_confirmation
from bot.slack.views.layout import Layout, drawn, told
from bot.slack.views.message import Message
from bot.slack.views.prompt import prompt
from bot.slack.views.shown import FrozenBy, Said, Shown, Stage
from tests.slack.views.golden_messages import GOLDEN
from tests.slack.views.limits import check, texts
from tests.slack.views.states import ALICE, AT, BOB, DANA
from tests.slack.views.test_text import ATTACKS

OURS = re.compile(
    r"<@U0(?:1ALICE|2BOB|8DANA)>|<!subteam\^S0QUALITY>|<#C[12]>"
    r"|<!date\^\d+\^(?:\{date_short_pretty\}, )?\{time(?:_secs)?\}\|[-0-9: ]+UTC>"
    r"|<https://(?:acme\.slack\.com|console\.example)/[^|<>]*\|[^|<>]*>"
)
TIMES = st.one_of(st.just(0), st.integers(AT, AT + 10**9))
WHYS = st.one_of(st.just(Text("")), st.builds(lambda said: text("{said}", said=said), ATTACKS))
PEOPLE = st.sampled_from([(), (ALICE,), (BOB,), (ALICE, BOB)])
SHOWN = st.builds(
    Shown,
    id=st.just("k" * 22),
    stage=st.sampled_from(Stage),
    task_id=st.from_regex(TASK_ID, fullmatch=True),
    look_up=st.one_of(
        st.none(),
        st.builds(
            LookUp,
            st.sampled_from(Presence),
            st.builds(
                TaskFacts,
                name=ATTACKS,
                project=ATTACKS,
                repository=ATTACKS,
                branch=ATTACKS,
                branches=st.sampled_from([None, 1, 250]),
                last_check=ATTACKS,
                issue_count=st.sampled_from([None, 0, 1, 42]),
                missing_right=ATTACKS,
            ),
            WHYS,
        ),
    ),
    requester=st.just(ALICE),
    operator=st.from_regex(OPERATOR, fullmatch=True),
    reason=ATTACKS,
    channel=st.just("C1"),
    at=st.just(AT),
    expires_at=TIMES,
    send_at=TIMES,
    seen_at=TIMES,
    verify_until=TIMES,
    ended_at=TIMES,
    ended_by=st.sampled_from([None, ALICE, BOB]),
    ended_why=ATTACKS,
    typed=st.booleans(),
    others=st.integers(0, 3),
    confirmed_by=PEOPLE,
    asked=st.sampled_from([(), (BOB, UserGroup("S0QUALITY"))]),
    warnings=st.lists(ATTACKS, max_size=3).map(tuple),
    differences=st.lists(st.builds(Difference, st.sampled_from(["branch", "last_check"]), ATTACKS, ATTACKS)).map(tuple),
    freeze=st.one_of(st.none(), st.builds(FrozenBy, st.one_of(st.just(DANA), ATTACKS), TIMES, ATTACKS)),
    said=st.builds(Said, WHYS, WHYS, WHYS, ATTACKS, ATTACKS, ATTACKS, ATTACKS, WHYS),
    console_url=st.sampled_from(["", "https://console.example/task/1?a=1&b=2"]),
    prompt_url=st.sampled_from(["", "https://acme.slack.com/archives/C1/p1"]),
    ephemeral=st.booleans(),
)


def messages(shown: Shown) -> Iterator[Message]:
    """All that can be said of a deletion, modals as if they were messages."""
    layouts = [
        prompt(shown),
        announcement.result(shown),
        announcement.result_by_direct_message(shown),
        announcement.notice(shown),
        calls.to_requester(shown),
        calls.to_confirm(shown),
        calls.reminder(shown),
        private.already_asked(shown, BOB),
        private.no_such_task(
            shown.reason,
            Suggestions((Candidate(shown.task_id, shown.facts.name, shown.facts.project),)),
            private.Deleted(shown.requester, AT),
        ),
    ]
    yield from map(drawn, layouts)
    for view in (typed_confirmation(shown), decline_with_reason(shown)):
        blocks = tuple(block.to_dict() for block in view.blocks or [] if block.type != "input")
        yield Message("modal", blocks)


def raw(message: Message) -> list[str]:
    """What of its texts Slack would act on, and is not ours."""
    found = []
    for said in (message.text, *texts(message)):
        rest = OURS.sub("", said)
        found += re.findall(r"[<>]|&(?!amp;|lt;|gt;).{0,9}", rest)
    return found


@given(SHOWN)
def test_whatever_the_service_and_people_wrote(shown: Shown) -> None:
    """Slack takes each message, and nothing in it acts but our own mentions, dates and links."""
    for message in messages(shown):
        check(message)
        assert raw(message) == []


@given(SHOWN)
def test_nobody_is_called_who_took_no_part(shown: Shown) -> None:
    """A prompt in its first step and a result mention the requester, who confirmed, who ended it and who froze."""
    took_part = {ALICE, *shown.confirmed_by, shown.ended_by, shown.freeze.by if shown.freeze else None}
    first = replace(shown, stage=Stage.ASKED, others=1)
    for layout in (prompt(first), announcement.result(shown), announcement.notice(shown)):
        called = set(re.findall(r"<[@!](?!date)\^?([^>]*)>", drawn(layout).text))
        assert called <= {person.id for person in took_part if person is not None and not isinstance(person, str)}


@pytest.mark.parametrize("file", GOLDEN)
def test_nothing_raw_in_what_is_always_the_same(file: str) -> None:
    """Refusals, calls, private answers: usage lines with `<task_id>` are escaped like everything else."""
    assert {name: found for name, layout in GOLDEN[file].items() if (found := raw(drawn(layout)))} == {}


def test_nothing_raw_in_how_to_use_a_subcommand() -> None:
    """Usage and examples are escaped where they are shown, not where they are written."""
    for subcommand in discover().subcommands:
        assert "<" in subcommand.usage or subcommand.name != "delete"
        layout: Layout = told(subcommand.how_to)
        assert raw(drawn(layout)) == []
