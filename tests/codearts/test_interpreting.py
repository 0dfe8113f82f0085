"""What answers mean: the whole table, and that nobody is ever told "deleted" without cause."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.outcome import Answer, NoAnswer, NotSent, Outcome, Presence, Sighting, Task, Verdict, interpret, sighted

_WORDS = st.sampled_from(["", "success", "error", "SUCCESS"]) | st.text(max_size=8)
_HTTP_WORDS = st.sampled_from(["", "OK", "ACCEPTED", "BAD_REQUEST", "INTERNAL_SERVER_ERROR"]) | st.text(max_size=8)
_CODES = st.sampled_from(
    ["", "CC.00050006", "CC.00050010", "CC.00050013", "CC.99999999", "APIG.0101", "APIGW.0301", "IAM.0011"]
) | st.text(max_size=8)
_ANSWERS = st.builds(
    Answer,
    http=st.sampled_from([100, 200, 202, 204, 302, 400, 401, 403, 404, 408, 429, 500, 502]) | st.integers(100, 599),
    status=_WORDS,
    http_status=_HTTP_WORDS,
    result=st.sampled_from([True, False, None]),
    code=_CODES,
    message=st.sampled_from(["", "why"]),
    task=st.sampled_from([None, Task("shop")]),
)
_OK = Answer(200, "success", "OK", result=True, request_id="r1")


@pytest.mark.parametrize(
    ("reply", "verdict", "why"),
    [
        (_OK, Verdict.DELETED, ""),
        (Answer(200, "success", "OK"), Verdict.DELETED, ""),
        (Answer(202, "success", "ACCEPTED", result=True), Verdict.ACCEPTED, "not finished"),
        (Answer(200, "success", "OK", result=False), Verdict.UNKNOWN, "not that it was done"),
        (Answer(200, "success", "OK", message="240 branches"), Verdict.UNKNOWN, "240 branches"),
        (Answer(200, "success", "OK", result=True, code="CC.1"), Verdict.UNKNOWN, "at once"),
        (Answer(200, "error", "OK", result=True), Verdict.UNKNOWN, "understood"),
        (Answer(200, "error", "BAD_REQUEST", message="240 branches"), Verdict.FAILED, "refused: 240 branches"),
        (Answer(200, "error", "INTERNAL_SERVER_ERROR"), Verdict.UNKNOWN, "internal error"),
        (Answer(500, "success", "OK", result=True), Verdict.UNKNOWN, "internal error"),
        (Answer(302, "success", "OK", result=True), Verdict.UNKNOWN, "HTTP 302"),
        (Answer(100, "success", "OK", result=True), Verdict.UNKNOWN, "HTTP 100"),
        (Answer(200), Verdict.UNKNOWN, "understood"),
        (Answer(200, code="CC.00050006"), Verdict.UNKNOWN, "inner error"),
        (Answer(200, code="CC.00050010"), Verdict.FAILED, "no permission"),
        (Answer(200, code="CC.00050013"), Verdict.FAILED, "does not exist"),
        (Answer(200, code="CC.00050015"), Verdict.FAILED, "is running"),
        (Answer(200, code="CC.00099999", message="new"), Verdict.UNKNOWN, "not documented: new"),
        (Answer(400, code="CC.00099999", message="new"), Verdict.FAILED, "refused (HTTP 400): new"),
        (Answer(401, code="APIGW.0301"), Verdict.FAILED, "signature"),
        (Answer(401, code="APIG.0301"), Verdict.FAILED, "signature"),
        (Answer(404, code="APIGW.0101"), Verdict.FAILED, "no such API"),
        (Answer(429), Verdict.FAILED, "HTTP 429"),
        (Answer(408), Verdict.UNKNOWN, "internal error"),
        (Answer(502, code="CC.00050010"), Verdict.UNKNOWN, "internal error"),
        (NotSent("it refused the connection"), Verdict.FAILED, "never left: it refused"),
        (NoAnswer("no answer came in time"), Verdict.UNKNOWN, "no answer"),
    ],
)
def test_a_reply_to_delete_means(reply: Answer | NotSent | NoAnswer, verdict: Verdict, why: str) -> None:
    """The body first, then the HTTP status; what says nothing certain is unknown."""
    outcome = interpret(reply)
    assert outcome.verdict is verdict
    assert why in outcome.why


def test_an_outcome_quotes_the_service() -> None:
    """`status`, `httpStatus`, code and request ID are kept as they were said, and how long it took."""
    assert interpret(_OK, took=12) == Outcome(Verdict.DELETED, "success", "OK", request_id="r1", took=12)


@pytest.mark.parametrize(
    ("reply", "cure"),
    [
        (Answer(200, code="CC.00050010"), "grant `codeartscheck:task:delete`"),
        (Answer(401, code="APIGW.0301"), "clock"),
        (Answer(429), "a few seconds"),
        (Answer(403), "credentials"),
        (Answer(400, code="IAM.0011"), "credentials"),
        (Answer(404), "`CODEARTS_ENDPOINT`"),
        (NotSent("IAM refused", "check the password"), "check the password"),
        (NotSent("it refused the connection"), "try again"),
    ],
)
def test_a_failure_says_what_to_do(reply: Answer | NotSent, cure: str) -> None:
    """Nobody is left with a code alone."""
    assert cure in interpret(reply).cure


@given(reply=_ANSWERS, again=st.booleans())
@example(reply=replace(_OK, http=199), again=False)
def test_deleted_is_said_only_when_the_service_said_success_and_ok(reply: Answer, *, again: bool) -> None:
    """And with HTTP 2xx, without an error code, and without a `result` that denies it."""
    if interpret(reply, again=again).verdict is Verdict.DELETED:
        assert (reply.status, reply.http_status) == ("success", "OK")
        assert 200 <= reply.http <= 299
        assert not reply.code
        assert reply.result is not False


@given(reply=_ANSWERS)
def test_failed_is_never_said_of_what_the_service_may_have_done(reply: Answer) -> None:
    """5xx, a time-out, an internal error, or a success: whatever else the answer holds."""
    if interpret(reply).verdict is Verdict.FAILED:
        assert reply.http < 500
        assert reply.http != 408
        assert reply.http_status != "INTERNAL_SERVER_ERROR"
        assert reply.status != "success" or reply.http >= 400


@given(reply=_ANSWERS | st.builds(NotSent, st.text()) | st.builds(NoAnswer, st.text()))
def test_a_deletion_sent_again_is_never_said_to_have_failed(reply: Answer | NotSent | NoAnswer) -> None:
    """The first one may have done it, or may be at it, whatever the second one meets."""
    assert interpret(reply, again=True).verdict is not Verdict.FAILED


@given(reply=_ANSWERS | st.builds(NotSent, st.text()) | st.builds(NoAnswer, st.text(min_size=1)), again=st.booleans())
def test_only_a_plain_success_has_nothing_to_explain(reply: Answer | NotSent | NoAnswer, *, again: bool) -> None:
    """Every other outcome says why."""
    outcome = interpret(reply, again=again)
    assert bool(outcome.why) is (outcome.verdict is not Verdict.DELETED)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Answer(200, "success", "OK", task=Task("shop", "Shop", "main")), Presence.EXISTS),
        (Answer(200, code="CC.00050013"), Presence.GONE),
        (Answer(404, code="CC.00050013"), Presence.GONE),
        (Answer(404, "error"), Presence.GONE),
        (Answer(404, code="CC.00099999"), Presence.GONE),
        (Answer(404, code="APIGW.0101"), Presence.UNKNOWN),
        (Answer(404), Presence.UNKNOWN),
        (Answer(404, code="CC.00050010"), Presence.UNKNOWN),
        (Answer(404, "error", "INTERNAL_SERVER_ERROR"), Presence.UNKNOWN),
        (Answer(200, "success", "OK"), Presence.UNKNOWN),
        (Answer(200, "success", "OK", code="CC.1", task=Task("shop")), Presence.UNKNOWN),
        (Answer(200, code="CC.00050010"), Presence.UNKNOWN),
        (Answer(401, code="CC.00050013"), Presence.UNKNOWN),
        (Answer(429, code="APIGW.0308"), Presence.UNKNOWN),
        (Answer(503, code="CC.00050013"), Presence.UNKNOWN),
        (Answer(200), Presence.UNKNOWN),
        (NotSent("it refused the connection"), Presence.UNKNOWN),
        (NoAnswer("no answer came in time"), Presence.UNKNOWN),
    ],
)
def test_a_look_up_says(reply: Answer | NotSent | NoAnswer, expected: Presence) -> None:
    """It exists where it is described; it has gone on the service's own word; all else is unknown."""
    assert sighted(reply).presence is expected


def test_a_sighting_describes_the_task() -> None:
    """What is there is told as the service told it."""
    task = Task("shop", "Shop", "main")
    assert sighted(Answer(200, "success", "OK", task=task)) == Sighting(Presence.EXISTS, task)


@given(reply=_ANSWERS)
def test_what_hides_a_task_never_makes_it_gone(reply: Answer) -> None:
    """Throttled, refused, broken, redirected or successful answers, and the gateway's, are no evidence."""
    sighting = sighted(reply)
    if sighting.presence is Presence.GONE:
        assert reply.http in (200, 400, 404)
        assert reply.status != "success"
        assert not reply.code.startswith("APIG")
    elif sighting.presence is Presence.UNKNOWN:
        assert sighting.why
