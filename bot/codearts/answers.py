"""What an answer means: a reply to DELETE -> `Outcome`, a reply to GET -> `Presence`.

The body decides first, then the HTTP status. The documented body is
`{"httpStatus": "OK", "result": true, "status": "success"}` (DeleteTaskV3). An error can arrive with HTTP 200, so the
HTTP status is never enough. What is not documented (idempotency, the answer for a missing task) is treated as unknown.
"""

from dataclasses import dataclass
from http import HTTPStatus

from bot.codearts.error_codes import (
    CHECK_THE_CREDENTIALS,
    CHECK_THE_ENDPOINT,
    CHECK_THE_TASK_ID,
    GRANT_THE_RIGHT,
    INNER_ERROR,
    NO_SUCH_PROJECT,
    TELL_AN_ADMIN,
    TRY_AGAIN_SOON,
    Refusal,
    refusal_of,
)
from bot.codearts.reply import NoAnswer, NotSent, Reply, ServiceAnswer
from bot.domain.facts import Presence
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import NOTHING, Text


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer says about the request.

    Args:
        verdict: what became of it.
        why: what the answer means, a sentence; empty for a plain success.
        hint: what the requester can do.
        admin_hint: what an admin of the bot can do.
    """

    verdict: Verdict
    why: Text = NOTHING
    hint: Text = NOTHING
    admin_hint: Text = NOTHING


def interpret(reply: Reply, *, sent: bool, took: int = 0) -> Outcome:
    """What a reply to DELETE means.

    Args:
        reply: what came back, or why nothing did.
        sent: whether any byte of any attempt may have left.
        took: how long it took, in milliseconds.
    """
    match reply:
        case NotSent(why, hint, admin_hint):
            return Outcome(Verdict.FAILED, why=why, hint=hint, admin_hint=admin_hint, took=took, sent=sent)
        case NoAnswer(why):
            return Outcome(Verdict.UNKNOWN, why=why, took=took)
        case ServiceAnswer():
            meaning = meaning_of(reply)
            return Outcome(
                meaning.verdict,
                reply.status,
                reply.http_status,
                reply.code,
                meaning.why,
                meaning.hint,
                meaning.admin_hint,
                reply.request_id,
                took,
            )


def meaning_of(answer: ServiceAnswer) -> Meaning:
    """What an answer says about the request: the whole table, in the order in which it decides."""
    if _internal_error(answer):
        in_status = answer.http >= HTTPStatus.BAD_REQUEST
        return Meaning(Verdict.UNKNOWN, _text(answer, *(_INTERNAL_ERROR if in_status else _INTERNAL_ERROR_IN_BODY)))
    if answer.code and answer.status == "success":
        return Meaning(Verdict.UNKNOWN, _text(answer, *_SUCCESS_AND_ERROR))
    if (known := refusal_of(answer.code)) is not None:
        return Meaning(Verdict.FAILED, known.why, known.hint, known.admin_hint)
    if answer.http >= HTTPStatus.BAD_REQUEST:
        refusal = _refused(answer)
        return Meaning(Verdict.FAILED, refusal.why, refusal.hint, refusal.admin_hint)
    if answer.code:
        return Meaning(Verdict.UNKNOWN, _text(answer, *_UNDOCUMENTED))
    if not HTTPStatus.OK <= answer.http < HTTPStatus.MULTIPLE_CHOICES:
        return Meaning(Verdict.UNKNOWN, Text("The answer was HTTP {http}, which says nothing.", {"http": answer.http}))
    return _by_body(answer)


def presence_of(reply: Reply, *, described: bool) -> tuple[Presence, Text]:
    """What a reply to GET /v3/task/{task_id} says, and if that is UNKNOWN, why.

    A task exists only if the answer describes it, and is gone only if the service clearly says so. Everything else
    (throttled, refused, 5xx, timeout, unreadable, no such API) is UNKNOWN.

    Args:
        reply: what came back, or why nothing did.
        described: whether the answer's content describes the requested task.
    """
    if not isinstance(reply, ServiceAnswer):
        return Presence.UNKNOWN, reply.why
    if reply.http == HTTPStatus.OK and not reply.code and described and _no_failure(reply):
        return Presence.EXISTS, NOTHING
    if _says_missing(reply):
        return Presence.GONE, NOTHING
    return Presence.UNKNOWN, meaning_of(reply).why or Text("The answer does not describe the task.")


# What is said without and with the service's own words.
_INTERNAL_ERROR = (
    "CodeArts Check had an internal error (HTTP {http}).",
    "CodeArts Check had an internal error (HTTP {http}): {said}",
)
_INTERNAL_ERROR_IN_BODY = (
    "CodeArts Check had an internal error.",
    "CodeArts Check had an internal error: {said}",
)
_REFUSED_IN_BODY = ("CodeArts Check refused.", "CodeArts Check refused: {said}")
_SUCCESS_AND_ERROR = (
    "CodeArts Check said success and an error at once.",
    "CodeArts Check said success and an error at once: {said}",
)
_REFUSED = ("CodeArts Check refused (HTTP {http}).", "CodeArts Check refused (HTTP {http}): {said}")
_UNDOCUMENTED = (
    "CodeArts Check answered with an error that is not documented.",
    "CodeArts Check answered with an error that is not documented: {said}",
)
_NOT_DONE = (
    "CodeArts Check said success, but not that the task was deleted.",
    "CodeArts Check said success, but not that the task was deleted: {said}",
)
_UNREADABLE = (
    "The answer could not be understood (HTTP {http}).",
    "The answer could not be understood (HTTP {http}): {said}",
)


def _text(answer: ServiceAnswer, without: str, quoting: str) -> Text:
    """The sentence for an answer, with what the service said as a value."""
    if answer.message:
        return Text(quoting, {"http": answer.http, "said": answer.message})
    return Text(without, {"http": answer.http})


def _by_body(answer: ServiceAnswer) -> Meaning:
    """What a 2xx without an error code means."""
    denied = answer.result is False or (answer.result is None and answer.message != "")
    match answer.status, answer.http_status:
        case "success", ("OK" | "ACCEPTED") if denied:
            return Meaning(Verdict.UNKNOWN, _text(answer, *_NOT_DONE))
        case "success", "OK":
            return Meaning(Verdict.DELETED)
        case "success", "ACCEPTED":
            return Meaning(Verdict.ACCEPTED, Text("CodeArts Check took the deletion, but has not finished it."))
        case "error", "BAD_REQUEST":
            return Meaning(Verdict.FAILED, _text(answer, *_REFUSED_IN_BODY), CHECK_THE_TASK_ID)
    return Meaning(Verdict.UNKNOWN, _text(answer, *_UNREADABLE))


def _internal_error(answer: ServiceAnswer) -> bool:
    """Whether something went wrong inside the service, so that nobody knows what it has done."""
    return (
        answer.http >= HTTPStatus.INTERNAL_SERVER_ERROR
        or answer.http == HTTPStatus.REQUEST_TIMEOUT
        or answer.http_status == "INTERNAL_SERVER_ERROR"
        or answer.code == INNER_ERROR
    )


def _refused(answer: ServiceAnswer) -> Refusal:
    """What a 4xx with an undocumented code means."""
    why = _text(answer, *_REFUSED)
    if answer.http == HTTPStatus.TOO_MANY_REQUESTS:
        return Refusal(why, TRY_AGAIN_SOON)
    if answer.http == HTTPStatus.FORBIDDEN:
        return Refusal(why, TELL_AN_ADMIN, GRANT_THE_RIGHT)
    if answer.http == HTTPStatus.UNAUTHORIZED or answer.code.startswith("IAM."):
        return Refusal(why, TELL_AN_ADMIN, CHECK_THE_CREDENTIALS)
    return Refusal(why, CHECK_THE_TASK_ID, CHECK_THE_ENDPOINT)


def _no_failure(answer: ServiceAnswer) -> bool:
    """Whether the body says success or, as flat answers do, neither success nor failure."""
    return answer.http_status in ("OK", "") and answer.status != "error"


def _says_missing(answer: ServiceAnswer) -> bool:
    """CC.00050013, which the FAQ links to a wrong ID, or the service's own 404; neither is documented.

    A 404 from the gateway means a wrong host, and one without anything from the service means nothing.
    """
    if answer.status == "success" or answer.http_status == "INTERNAL_SERVER_ERROR":
        return False
    if answer.code == NO_SUCH_PROJECT:
        return answer.http in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
    if answer.http != HTTPStatus.NOT_FOUND or refusal_of(answer.code) is not None or answer.code == INNER_ERROR:
        return False
    return answer.code.startswith("CC.") or (not answer.code and answer.status == "error")
