"""Announcements, as people read them."""

from dataclasses import replace

from bot.domain.deletion import Prompt, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import Text
from bot.slack.views.message import Message
from bot.slack.views.results import notice, result
from tests.slack.samples import DELETED, POSTED, TASK_ID, WORKSPACE
from tests.slack.views.limits import texts


def read(message: Message) -> str:
    """The blocks as one text."""
    return "\n".join(texts(message))


def test_result_of_a_success() -> None:
    """The result holds what the service said, the task, who asked, as whom, how long it took and the request's ID."""
    message = result(DELETED)

    for said in ("`status: success`", "`httpStatus: OK`", TASK_ID, "<@U01ALICE>", "`alice`"):
        assert said in read(message)
        assert said in message.text
    assert "*Took:* 812 ms" in read(message)
    assert "*Request ID:* `req-1`" in read(message)


def test_result_without_an_answer() -> None:
    """Where no answer came, the result says so instead of leaving it out."""
    message = result(
        replace(POSTED, state=State.UNKNOWN, outcome=Outcome(Verdict.UNKNOWN, why=Text("Connection lost.")))
    )

    assert "`status: none received`" in read(message)
    assert "`httpStatus: none received`" in read(message)
    assert "Request ID" not in read(message)


def test_result_quotes_the_service_whatever_became_of_it() -> None:
    """An error's `status` and `httpStatus` are quoted word for word."""
    outcome = Outcome(Verdict.UNKNOWN, "error", "INTERNAL_SERVER_ERROR")

    said = read(result(replace(POSTED, state=State.UNKNOWN, outcome=outcome)))

    assert "`status: error`" in said
    assert "`httpStatus: INTERNAL_SERVER_ERROR`" in said


def test_nothing_is_quoted_of_a_call_that_was_never_made() -> None:
    """A request that was cancelled or has expired never asked the service."""
    for state in (State.CANCELLED, State.EXPIRED):
        assert "httpStatus" not in read(result(replace(POSTED, state=state)))


def test_notice_links_to_the_request() -> None:
    """Channels of `[notify]` get the same with a link to the prompt."""
    said = read(notice(DELETED, WORKSPACE))

    assert "<https://acme.slack.com/archives/C1/p1790000000000100|See the request>" in said
    assert "*Requester:* <@U01ALICE>" in said


def test_notice_of_a_request_without_an_address() -> None:
    """An ephemeral prompt cannot be linked to."""
    assert "See the request" not in read(notice(replace(DELETED, prompt=Prompt("C1")), WORKSPACE))
