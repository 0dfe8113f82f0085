"""Every message for every state, whatever the service and people wrote."""

import re
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brakes import Freeze
from bot.domain.confirmation import SecondStep
from bot.domain.deletion import Deletion, Prompt, State
from bot.domain.identity import SlackUser
from bot.domain.operators import OPERATOR
from bot.domain.outcome import Outcome, Presence, Sighting, Task, Verdict
from bot.domain.policy import Reason
from bot.domain.task_id import TASK_ID
from bot.slack.views import answers
from bot.slack.views.message import Message
from bot.slack.views.prompts import prompt, retired
from bot.slack.views.results import notice, result, result_by_direct_message
from tests.slack.samples import ALICE, AT, BOB, POSTED, WORKSPACE
from tests.slack.views.limits import check, texts
from tests.slack.views.test_text import HOSTILE

TIMES = st.integers(AT, AT + 10**10)
ATTACKS = st.one_of(
    HOSTILE,
    st.sampled_from(
        [
            "<!channel>",
            "<@U02BOB>",
            "<https://evil.example|CodeArts>",
            "*deleted*",
            "`",
            "```\nx",
            "&lt;!here&gt;",
            "&" * 4_000,
            "\u202edeteled",
            ":white_check_mark:",
        ]
    ),
)
OUR_ENTITIES = re.compile(
    r"<@U01ALICE>|<@U04DORA>|<#C1>|<!date\^\d+\^\{date_short_pretty\} at \{time_secs\}\|[-0-9: ]+UTC>"
    r"|<https://acme\.slack\.com/archives/[CD]1/p\d+\|[A-Za-z0-9 ]+>"
)
CURES = st.sampled_from(["", "ask again", "grant `codeartscheck:task:delete`"])

CONFIRMER = SlackUser("T1", "U04DORA")
DELETIONS = st.builds(
    Deletion,
    id=st.just("k" * 22),
    task_id=st.from_regex(TASK_ID, fullmatch=True),
    requester=st.just(ALICE),
    operator=st.from_regex(OPERATOR, fullmatch=True),
    channel=st.just("C1"),
    state=st.sampled_from(State),
    requested_at=TIMES,
    expires_at=TIMES,
    send_at=TIMES,
    verify_until=st.one_of(st.just(0), TIMES),
    confirmer=st.sampled_from([None, ALICE, CONFIRMER]),
    canceller=st.sampled_from([None, ALICE, CONFIRMER]),
    freeze=st.one_of(st.none(), st.builds(Freeze, st.just(CONFIRMER), TIMES, ATTACKS)),
    prompt=st.sampled_from([None, Prompt("C1"), Prompt("C1", "1.2"), Prompt("D1", "1.2")]),
    preview=st.one_of(
        st.none(),
        st.builds(Sighting, st.sampled_from(Presence), st.builds(Task, ATTACKS, ATTACKS, ATTACKS), ATTACKS),
    ),
    outcome=st.one_of(
        st.none(),
        st.builds(
            Outcome,
            st.sampled_from(Verdict),
            status=ATTACKS,
            http_status=ATTACKS,
            code=ATTACKS,
            why=ATTACKS,
            cure=CURES,
            request_id=ATTACKS,
            took=st.integers(0, 40_000),
        ),
    ),
)


def every_message(deletion: Deletion) -> Iterator[Message]:
    """All that can be said of a deletion."""
    for step in SecondStep:
        yield prompt(deletion, step)
    yield answers.pending(deletion, BOB, WORKSPACE)
    yield answers.pending(deletion, ALICE, WORKSPACE)
    for reason in set(Reason) - {Reason.ALLOWED}:
        yield answers.refusal(reason, BOB, deletion)
        yield answers.refusal(reason, BOB)
    if deletion.state not in (State.REQUESTED, State.REVIEWED):
        yield result(deletion)
        yield result_by_direct_message(deletion)
        yield notice(deletion, WORKSPACE)


@given(DELETIONS)
def test_slack_takes_every_message(deletion: Deletion) -> None:
    """Each message keeps to Slack's limits and has a text."""
    for message in every_message(deletion):
        check(message)


@given(DELETIONS)
def test_only_our_own_entities_are_live(deletion: Deletion) -> None:
    """Every `<…>` in a message is one of ours, and every `&` an escaped character: nothing from outside acts."""
    for message in every_message(deletion):
        for text in (message.text, *texts(message)):
            rest = OUR_ENTITIES.sub("", text)
            assert "<" not in rest
            assert ">" not in rest
            assert "&" not in re.sub(r"&(?:amp|lt|gt);", "", rest)


@given(DELETIONS)
def test_nobody_is_pinged_but_who_took_part(deletion: Deletion) -> None:
    """`<@…>` and `<!…>` notify: no message holds one of anybody who took no part, whatever comes from outside."""
    for message in every_message(deletion):
        pinged = set(re.findall(r"<[@!](?!date)[^>]*>", f"{message.text} {' '.join(texts(message))}"))
        assert pinged <= {"<@U01ALICE>", "<@U04DORA>"}


@given(DELETIONS)
def test_deleted_is_said_of_deleted_alone(deletion: Deletion) -> None:
    """No state but DELETED claims that the task was deleted."""
    said = prompt(replace(deletion, outcome=None)).text.replace("whether task", "?")
    claims = re.search(r"(?<!\? )`[^`]*` was deleted\.", said)

    assert (claims is not None) is (deletion.state is State.DELETED)


@given(ATTACKS)
def test_a_stranger_learns_nothing(name: str) -> None:
    """What a member of another workspace reads does not depend on the deletion at all."""
    hostile = replace(POSTED, preview=Sighting(Presence.EXISTS, Task(name)), operator="mallory")
    stranger = SlackUser("T9", "U99")

    assert answers.refusal(Reason.OTHER_TEAM, stranger, hostile) == answers.refusal(Reason.OTHER_TEAM, stranger)


def test_messages_of_no_deletion() -> None:
    """Those that say nothing of a deletion keep to the limits as well."""
    for message in (
        retired(),
        answers.told("Redis cannot be reached."),
    ):
        check(message)
