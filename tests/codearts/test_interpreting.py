"""What answers mean: the whole table, and that nobody is ever told "deleted" without cause."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.codearts.answers import interpret, presence_of
from bot.codearts.error_codes import TRY_AGAIN
from bot.codearts.reply import NoAnswer, NotSent, Reply, ServiceAnswer
from bot.domain.facts import Presence
from bot.domain.outcome import Outcome, Verdict, of_second_send
from bot.domain.text import NOTHING, Text

_WORDS = st.sampled_from(["", "success", "error", "SUCCESS"]) | st.text(max_size=8)
_HTTP_WORDS = st.sampled_from(["", "OK", "ACCEPTED", "BAD_REQUEST", "INTERNAL_SERVER_ERROR"]) | st.text(max_size=8)
_CODES = st.sampled_from(
    ["", "CC.00050006", "CC.00050010", "CC.00050013", "CC.99999999", "APIG.0101", "APIGW.0301", "IAM.0011"]
) | st.text(max_size=8)
_ANSWERS = st.builds(
    ServiceAnswer,
    http=st.sampled_from([100, 200, 202, 204, 302, 400, 401, 403, 404, 408, 429, 500, 502]) | st.integers(100, 599),
    status=_WORDS,
    http_status=_HTTP_WORDS,
    result=st.sampled_from([True, False, None]),
    code=_CODES,
    message=st.sampled_from(["", "why"]),
)
_TEXTS = st.builds(Text, st.text(min_size=1, alphabet="abc "))
_REFUSED = Text("It refused the connection.")
_FOUND = ServiceAnswer(200, "success", "OK", request_id="found")
_FLAT = ServiceAnswer(200, request_id="found")
_FOUND_AND_ERROR = ServiceAnswer(200, "success", "OK", code="CC.1", request_id="found")
_DESCRIBED = (_FOUND, _FLAT, _FOUND_AND_ERROR)
_OK = ServiceAnswer(200, "success", "OK", result=True, request_id="r1")


@pytest.mark.parametrize(
    ("reply", "verdict", "why"),
    [
        (_OK, Verdict.DELETED, ""),
        (ServiceAnswer(200, "success", "OK"), Verdict.DELETED, ""),
        (ServiceAnswer(202, "success", "ACCEPTED", result=True), Verdict.ACCEPTED, "not finished"),
        (ServiceAnswer(200, "success", "OK", result=False), Verdict.UNKNOWN, "not that the task was deleted"),
        (ServiceAnswer(200, "success", "OK", message="240 branches"), Verdict.UNKNOWN, "240 branches"),
        (ServiceAnswer(200, "success", "OK", result=True, code="CC.1"), Verdict.UNKNOWN, "at once"),
        (ServiceAnswer(200, "error", "OK", result=True), Verdict.UNKNOWN, "understood"),
        (
            ServiceAnswer(200, "error", "BAD_REQUEST", message="240 branches"),
            Verdict.FAILED,
            "refused: 240 branches",
        ),
        (ServiceAnswer(200, "error", "INTERNAL_SERVER_ERROR"), Verdict.UNKNOWN, "internal error"),
        (ServiceAnswer(500, "success", "OK", result=True), Verdict.UNKNOWN, "internal error"),
        (ServiceAnswer(302, "success", "OK", result=True), Verdict.UNKNOWN, "HTTP 302"),
        (ServiceAnswer(100, "success", "OK", result=True), Verdict.UNKNOWN, "HTTP 100"),
        (ServiceAnswer(200), Verdict.UNKNOWN, "understood"),
        (ServiceAnswer(200, code="CC.00050006"), Verdict.UNKNOWN, "internal error"),
        (ServiceAnswer(200, code="CC.00050010"), Verdict.FAILED, "no permission"),
        (ServiceAnswer(200, code="CC.00050013"), Verdict.FAILED, "does not exist"),
        (ServiceAnswer(200, code="CC.00050015"), Verdict.FAILED, "is running"),
        (ServiceAnswer(200, code="CC.00099999", message="new"), Verdict.UNKNOWN, "not documented: new"),
        (ServiceAnswer(400, code="CC.00099999", message="new"), Verdict.FAILED, "refused (HTTP 400): new"),
        (ServiceAnswer(401, code="APIGW.0301"), Verdict.FAILED, "signature"),
        (ServiceAnswer(401, code="APIG.0301"), Verdict.FAILED, "signature"),
        (ServiceAnswer(404, code="APIGW.0101"), Verdict.FAILED, "no such API"),
        (ServiceAnswer(429), Verdict.FAILED, "HTTP 429"),
        (ServiceAnswer(408), Verdict.UNKNOWN, "internal error"),
        (ServiceAnswer(502, code="CC.00050010"), Verdict.UNKNOWN, "internal error"),
        (NotSent(_REFUSED), Verdict.FAILED, "refused the connection"),
        (NoAnswer(Text("No answer came.")), Verdict.UNKNOWN, "No answer"),
    ],
)
def test_a_reply_to_delete_means(reply: Reply, verdict: Verdict, why: str) -> None:
    """The body first, then the HTTP status; what says nothing certain is unknown."""
    outcome = interpret(reply, sent=True)
    assert outcome.verdict is verdict
    assert why in str(outcome.why)


def test_an_outcome_quotes_the_service() -> None:
    """`status`, `httpStatus`, code and request ID are kept as they were said, and how long it took."""
    assert interpret(_OK, sent=True, took=12) == Outcome(Verdict.DELETED, "success", "OK", request_id="r1", took=12)


@pytest.mark.parametrize(
    ("reply", "hint", "admin_hint"),
    [
        (
            ServiceAnswer(200, code="CC.00050010"),
            "A project admin can grant it: codeartscheck:task:delete.",
            "codeartscheck:task:delete",
        ),
        (ServiceAnswer(200, code="CC.00050015"), "Stop it or wait", ""),
        (ServiceAnswer(401, code="APIGW.0301"), "Ask an admin of this bot", "clock"),
        (ServiceAnswer(404, code="APIGW.0101"), "Ask an admin of this bot", "CODEARTS_ENDPOINT"),
        (ServiceAnswer(429), "a few seconds", ""),
        (ServiceAnswer(403), "Ask an admin of this bot", "codeartscheck:task:delete"),
        (ServiceAnswer(401), "Ask an admin of this bot", "access key"),
        (ServiceAnswer(400, code="IAM.0011"), "Ask an admin of this bot", "access key"),
        (ServiceAnswer(404), "Check the task ID", "CODEARTS_ENDPOINT"),
        (NotSent(_REFUSED, TRY_AGAIN, Text("Check the network.")), "Try again", "Check the network."),
    ],
)
def test_a_failure_says_what_to_do_to_each_who_reads_it(reply: Reply, hint: str, admin_hint: str) -> None:
    """The person who asked reads what they can do; what needs an admin of the bot is for admins only.

    A right that an admin of their project can grant is named to them: they have to ask for it.
    """
    outcome = interpret(reply, sent=True)
    assert hint in str(outcome.hint)
    assert admin_hint in str(outcome.admin_hint)
    assert bool(outcome.admin_hint) is bool(admin_hint)
    for setting in ("CODEARTS_", "access key", "clock"):
        assert (setting in str(outcome.hint)) is (setting in hint)


def test_what_the_service_said_is_a_value_and_never_part_of_a_template() -> None:
    """Whoever renders the text escapes it; braces and markup in it mean nothing."""
    said = "<@U1> {http} {0} *bold* https://x"
    why = interpret(ServiceAnswer(400, message=said), sent=True).why
    assert said not in why.template
    assert why.values["said"] == said
    assert str(why) == f"CodeArts Check refused (HTTP 400): {said}"


@pytest.mark.parametrize("sent", [True, False])
def test_an_outcome_says_whether_anything_may_have_left(*, sent: bool) -> None:
    """A request that was not sent can follow attempts that were: it is the call as a whole that counts."""
    assert interpret(NotSent(_REFUSED), sent=sent).sent is sent
    assert interpret(NoAnswer(_REFUSED), sent=True).sent
    assert interpret(_OK, sent=True).sent


@given(reply=_ANSWERS, again=st.booleans())
@example(reply=replace(_OK, http=199), again=False)
def test_deleted_is_said_only_when_the_service_said_success_and_ok(reply: ServiceAnswer, *, again: bool) -> None:
    """And with HTTP 2xx, without an error code, and without a `result` that denies it."""
    outcome = interpret(reply, sent=True)
    if (of_second_send(outcome) if again else outcome).verdict is Verdict.DELETED:
        assert (reply.status, reply.http_status) == ("success", "OK")
        assert 200 <= reply.http <= 299
        assert not reply.code
        assert reply.result is not False


@given(reply=_ANSWERS)
def test_failed_is_never_said_of_what_the_service_may_have_done(reply: ServiceAnswer) -> None:
    """5xx, a timeout, an internal error, or a success: whatever else the answer holds."""
    if interpret(reply, sent=True).verdict is Verdict.FAILED:
        assert reply.http < 500
        assert reply.http != 408
        assert reply.http_status != "INTERNAL_SERVER_ERROR"
        assert reply.status != "success" or reply.http >= 400


@given(reply=_ANSWERS | st.builds(NotSent, _TEXTS) | st.builds(NoAnswer, _TEXTS))
def test_a_deletion_sent_again_is_never_said_to_have_failed(reply: Reply) -> None:
    """The first request may have done it, or may still be at work, whatever the second one meets."""
    first = interpret(reply, sent=False)
    again = of_second_send(first)
    assert again.verdict is not Verdict.FAILED
    assert again.sent or again == first
    assert (again.code, again.status, again.hint) == (first.code, first.status, first.hint)


@given(reply=_ANSWERS | st.builds(NotSent, _TEXTS) | st.builds(NoAnswer, _TEXTS), again=st.booleans())
def test_only_a_plain_success_has_nothing_to_explain(reply: Reply, *, again: bool) -> None:
    """Every other outcome says why, in a whole sentence, or ends with what the service said."""
    outcome = interpret(reply, sent=True)
    outcome = of_second_send(outcome) if again else outcome
    assert bool(outcome.why) is (outcome.verdict is not Verdict.DELETED)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (_FOUND, Presence.EXISTS),
        (_FLAT, Presence.EXISTS),
        (ServiceAnswer(200, code="CC.00050013"), Presence.GONE),
        (ServiceAnswer(404, code="CC.00050013"), Presence.GONE),
        (ServiceAnswer(404, "error"), Presence.GONE),
        (ServiceAnswer(404, code="CC.00099999"), Presence.GONE),
        (ServiceAnswer(404, code="APIGW.0101"), Presence.UNKNOWN),
        (ServiceAnswer(404), Presence.UNKNOWN),
        (ServiceAnswer(404, code="CC.00050010"), Presence.UNKNOWN),
        (ServiceAnswer(404, "error", "INTERNAL_SERVER_ERROR"), Presence.UNKNOWN),
        (ServiceAnswer(200, "success", "OK"), Presence.UNKNOWN),
        (_FOUND_AND_ERROR, Presence.UNKNOWN),
        (ServiceAnswer(200, code="CC.00050010"), Presence.UNKNOWN),
        (ServiceAnswer(401, code="CC.00050013"), Presence.UNKNOWN),
        (ServiceAnswer(429, code="APIGW.0308"), Presence.UNKNOWN),
        (ServiceAnswer(503, code="CC.00050013"), Presence.UNKNOWN),
        (ServiceAnswer(200), Presence.UNKNOWN),
        (NotSent(_REFUSED), Presence.UNKNOWN),
        (NoAnswer(_REFUSED), Presence.UNKNOWN),
    ],
)
def test_a_look_up_says(reply: Reply, expected: Presence) -> None:
    """It exists if it is described; it has gone on the service's own word; all else is unknown."""
    assert presence_of(reply, described=reply in _DESCRIBED)[0] is expected


@given(reply=_ANSWERS, described=st.booleans())
def test_what_hides_a_task_never_makes_it_gone(reply: ServiceAnswer, *, described: bool) -> None:
    """Throttled, refused, broken, redirected or successful answers, and the gateway's, are no evidence."""
    presence, why = presence_of(reply, described=described)
    assert bool(why) is (presence is Presence.UNKNOWN)
    if presence is Presence.GONE:
        assert reply.http in (200, 400, 404)
        assert reply.status != "success"
        assert not reply.code.startswith("APIG")
    elif presence is Presence.EXISTS:
        assert described
        assert (reply.http, reply.code) == (200, "")
        assert reply.status != "error"


def test_a_plain_success_has_no_hints() -> None:
    """There is nothing left to do."""
    outcome = interpret(_OK, sent=True)
    assert (outcome.why, outcome.hint, outcome.admin_hint) == (NOTHING, NOTHING, NOTHING)
