"""What an answer of CodeArts Check means: decided from the body first, then from the HTTP status.

Sources: the API pages DeleteTaskV3 and ErrorCode. The documented body is
`{"httpStatus": "OK", "result": true, "status": "success"}`; an error can arrive with HTTP 200, so the HTTP status alone
decides nothing. What is not documented (idempotency, the answer for a missing task) is taken as unknown, never as gone.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPStatus


class Verdict(StrEnum):
    """What became of the task."""

    DELETED = "deleted"
    ACCEPTED = "accepted"  # taken, not finished
    FAILED = "failed"  # certainly not executed
    UNKNOWN = "unknown"


class Presence(StrEnum):
    """What a look-up says. UNKNOWN (throttled, refused, 5xx, time-out, unreadable) is never GONE."""

    EXISTS = "exists"
    GONE = "gone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Task:
    """What a look-up tells of a task, to be shown before it is deleted; "" where the service did not say."""

    name: str = ""
    project: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, as far as its body could be read.

    Args:
        http: the HTTP status code.
        status: the body's `status`, as the service said it.
        http_status: the body's `httpStatus`, as the service said it.
        result: the body's `result`, whether it came as a boolean or as a string; None where it is neither.
        code: the service's, gateway's or IAM's error code (`CC.00050010`, `APIGW.0308`).
        message: the error's text, already redacted where it can hold a secret.
        request_id: the gateway's `X-Request-Id`.
        task: what the body's `result` tells of a task (GET); None where it tells of none.
    """

    http: int
    status: str = ""
    http_status: str = ""
    result: bool | None = None
    code: str = ""
    message: str = ""
    request_id: str = ""
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request certainly never left: connection refused, no such name, TLS or sign-in failed, no time left."""

    why: str
    cure: str = "try again"


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request may have been executed, but no answer came: time-out, connection lost."""

    why: str


Reply = Answer | NotSent | NoAnswer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a deletion, and what the service said; kept in Redis and shown in the channel.

    Args:
        verdict: what became of the task.
        status: the body's `status`, or "" where there was none.
        http_status: the body's `httpStatus`, or "" where there was none.
        code: the error code, or "".
        why: what it means, a sentence for a person; "" for a plain success.
        cure: what a person should do; "" where nothing.
        request_id: the gateway's request ID, or "".
        took: milliseconds from sending to the answer.
    """

    verdict: Verdict
    status: str = ""
    http_status: str = ""
    code: str = ""
    why: str = ""
    cure: str = ""
    request_id: str = ""
    took: int = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """The answer of a look-up: whether the task is there, what it is, and why that could not be told."""

    presence: Presence
    task: Task = Task()
    why: str = ""


# ErrorCode page: what each means and what a person should do. All of these say that nothing was executed.
_REFUSALS: dict[str, tuple[str, str]] = {
    "CC.00000000": ("the service is busy", "try again later"),
    "CC.00000003": ("the bot's authentication has expired", "renew the bot's token"),
    "CC.00050000": ("the parameters are not valid", "check the task ID"),
    "CC.00050007": ("IAM did not authenticate the bot", "check the bot's credentials"),
    "CC.00050010": (
        "no permission",
        "grant `codeartscheck:task:delete` (by default only a project admin or project manager may delete)",
    ),
    "CC.00050011": ("the bot's user is not in any project", "add the bot's user to the project"),
    "CC.00050012": ("the service asks to retry later", "try again later"),
    "CC.00050013": ("the project does not exist, or the task ID is wrong", "check the task ID"),
    "CC.00050014": ("the task's basic information could not be read", "try again"),
    "CC.00050015": ("the task is running", "stop the check or wait for its end"),
    "APIGW.0101": ("there is no such API at this host", "check `CODEARTS_ENDPOINT` and `CODEARTS_REGION`"),
    "APIGW.0301": ("the signature was refused", "check the access key, the secret key and the machine's clock"),
    "APIGW.0303": ("the gateway did not authenticate the bot", "check the credentials and the machine's clock"),
    "APIGW.0307": ("the bot's token was refused", "check the bot's IAM user"),
    "APIGW.0308": ("too many requests", "try again in a few seconds"),
    "APIGW.0310": ("the project is unavailable", "check the project in the console"),
}
_UNCERTAIN = {"CC.00050006"}  # inner error: nobody says whether before or after the deletion
_MISSING = "CC.00050013"  # the FAQ ties a wrong task ID to "project does not exist" (inferred)


def interpret(reply: Reply, *, took: int = 0, again: bool = False) -> Outcome:
    """What a reply to DELETE means.

    Args:
        reply: what came back, or why nothing did.
        took: milliseconds from sending to the answer.
        again: True where the DELETE had perhaps been sent before (recovery): then a refusal is not the last word, since
            the first one may have done it, or may be at it.
    """
    outcome = _meaning(reply, took)
    if again and outcome.verdict is Verdict.FAILED:
        return replace(outcome, verdict=Verdict.UNKNOWN, why=f"sent again after an interruption: {outcome.why}")
    return outcome


def _meaning(reply: Reply, took: int) -> Outcome:
    match reply:
        case NotSent():
            return Outcome(Verdict.FAILED, why=f"the request never left: {reply.why}", cure=reply.cure, took=took)
        case NoAnswer():
            return Outcome(Verdict.UNKNOWN, why=reply.why, took=took)
        case Answer():
            verdict, why, cure = _judge(reply)
            return Outcome(verdict, reply.status, reply.http_status, reply.code, why, cure, reply.request_id, took)


def _judge(answer: Answer) -> tuple[Verdict, str, str]:
    """The verdict, why, and what to do."""
    said = f": {answer.message}" if answer.message else ""
    if internal := _internal_error(answer):
        return Verdict.UNKNOWN, f"{internal}{said}", ""
    if answer.code and answer.status == "success":
        return Verdict.UNKNOWN, f"the service said success and an error at once{said}", ""
    if (known := _REFUSALS.get(_modern(answer.code))) is not None:
        return Verdict.FAILED, *known
    if answer.http >= HTTPStatus.BAD_REQUEST:
        return Verdict.FAILED, f"the service refused (HTTP {answer.http}){said}", _cure_of(answer)
    if answer.code:
        return Verdict.UNKNOWN, f"the service answered with an error that is not documented{said}", ""
    if not HTTPStatus.OK <= answer.http < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.UNKNOWN, f"the service answered with HTTP {answer.http}, which says nothing", ""
    return _by_body(answer, said)


def _by_body(answer: Answer, said: str) -> tuple[Verdict, str, str]:
    """The verdict on a 2xx without an error code."""
    denied = answer.result is False or (answer.result is None and answer.message != "")
    match answer.status, answer.http_status:
        case "success", ("OK" | "ACCEPTED") if denied:
            return Verdict.UNKNOWN, f"the service said success, but not that it was done{said}", ""
        case "success", "OK":
            return Verdict.DELETED, "", ""
        case "success", "ACCEPTED":
            return Verdict.ACCEPTED, "the service took the deletion, but has not finished it", ""
        case "error", "BAD_REQUEST":
            return Verdict.FAILED, f"the service refused{said}", "check the task ID and the task's state"
    return Verdict.UNKNOWN, f"the service's answer could not be understood (HTTP {answer.http}){said}", ""


def _internal_error(answer: Answer) -> str:
    """What went wrong inside the service, so that nobody can tell what it has done; "" where nothing did."""
    if (
        answer.http >= HTTPStatus.INTERNAL_SERVER_ERROR
        or answer.http == HTTPStatus.REQUEST_TIMEOUT
        or answer.http_status == "INTERNAL_SERVER_ERROR"
    ):
        return f"the service had an internal error (HTTP {answer.http})"
    return "the service had an inner error" if answer.code in _UNCERTAIN else ""


def _modern(code: str) -> str:
    """Older gateways say APIG where newer ones say APIGW."""
    return code.replace("APIG.", "APIGW.")


def _cure_of(answer: Answer) -> str:
    if answer.http == HTTPStatus.TOO_MANY_REQUESTS:
        return "try again in a few seconds"
    if answer.http in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or answer.code.startswith("IAM."):
        return "check the bot's credentials, and that it may `codeartscheck:task:delete`"
    return "check the task ID, `CODEARTS_ENDPOINT` and `CODEARTS_REGION`"


def sighted(reply: Reply) -> Sighting:
    """What a reply to GET /v3/task/{task_id} says.

    It exists only where the answer describes it, and has gone only on the service's own clear word: whatever hides a
    task (throttled, refused, 5xx, time-out, unreadable, no such API) is unknown.
    """
    if not isinstance(reply, Answer):
        return Sighting(Presence.UNKNOWN, why=reply.why)
    said_success = (reply.status, reply.http_status) == ("success", "OK")
    if reply.http == HTTPStatus.OK and said_success and not reply.code and reply.task is not None:
        return Sighting(Presence.EXISTS, reply.task)
    if _says_missing(reply):
        return Sighting(Presence.GONE)
    _, why, _ = _judge(reply)
    return Sighting(Presence.UNKNOWN, why=why or "the answer does not describe the task")


def _says_missing(answer: Answer) -> bool:
    """CC.00050013, to which the FAQ ties a wrong ID, or the service's own 404; neither is documented."""
    if answer.status == "success" or answer.http_status == "INTERNAL_SERVER_ERROR":
        return False
    if answer.code == _MISSING:
        return answer.http in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
    if answer.http != HTTPStatus.NOT_FOUND or answer.code in _REFUSALS or answer.code in _UNCERTAIN:
        return False
    return answer.code.startswith("CC.") or (not answer.code and answer.status == "error")
