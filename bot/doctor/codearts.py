"""Whether CodeArts Check is reached and lets the bot in: asked for a task that cannot exist, so nothing is touched.

That it may delete as well shows at the first deletion alone: the API has no way to ask.
"""

import httpx

from bot.clients import codearts_client
from bot.codearts.answers import read_answer
from bot.codearts.connection import in_words
from bot.doctor.check import Check, Grade
from bot.domain.errors import NoTokenError
from bot.domain.outcome import Answer, Presence, Verdict, interpret, sighted
from bot.settings import Settings

_NO_TASK = "codecheck-bot-doctor"  # IDs are hex, so no task has this one
_NAME = "CodeArts Check"
_LET_IN = {"CC.00050000", "CC.00050014"}  # the service itself spoke of the task, so the gateway has let the bot through
_PASSING = {"CC.00000000", "CC.00050012", "APIGW.0308"}  # busy, retry later, throttled


async def look_at_codearts(settings: Settings) -> list[Check]:
    """Look up a task that cannot exist, signed in as the bot is; one request, never repeated."""
    try:
        async with codearts_client(settings) as http:
            response = await http.get(f"/v3/task/{_NO_TASK}", headers={"Content-Type": "application/json"})
    except NoTokenError as error:
        return [Check(_NAME, Grade.FAULT, f"IAM gave no token: {error}", _plain(error.cure))]
    except (httpx.HTTPError, OSError) as error:
        cure = f"Check CODEARTS_ENDPOINT ({settings.codearts_endpoint}), CODEARTS_REGION, the network and the proxy."
        return [Check(_NAME, Grade.FAULT, f"it cannot be reached: {in_words(error)}", cure)]
    return [judge_codearts(read_answer(response.status_code, response.content))]


def judge_codearts(answer: Answer) -> Check:
    """What the answer to a look-up of no task says of the endpoint and the credentials."""
    if sighted(answer).presence is not Presence.UNKNOWN or answer.code in _LET_IN:
        return Check(_NAME, Grade.OK, "it answers, and takes the bot's credentials")
    meant = interpret(answer)
    text = f"{answer.code or f'HTTP {answer.http}'}: {meant.why or 'an answer to something else'}"
    if meant.verdict is Verdict.FAILED and answer.code not in _PASSING:
        return Check(_NAME, Grade.FAULT, text, _plain(meant.cure))
    return Check(_NAME, Grade.WARNING, text, "Try again; if it stays so, check CODEARTS_ENDPOINT and the proxy.")


def _plain(cure: str) -> str:
    """A cure as a sentence for a terminal."""
    return f"{cure[:1].upper()}{cure[1:]}.".replace("`", "")
