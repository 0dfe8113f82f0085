"""Whether CodeArts Check is reached and lets the bot in: asked for a task that cannot exist, so nothing is touched.

Whether it may delete as well shows at the first deletion only: the API has no way to ask.
"""

import httpx

from bot.clients import codearts_client
from bot.codearts.answers import meaning_of, presence_of
from bot.codearts.body import read_answer
from bot.codearts.iam import NoTokenError
from bot.codearts.redaction import Redactor
from bot.codearts.reply import ServiceAnswer
from bot.codearts.troubles import trouble
from bot.doctor.check import Check, Grade
from bot.domain.facts import Presence
from bot.domain.outcome import Verdict
from bot.settings import Settings
from bot.settings.faults import SettingsError

_NO_TASK = "codecheck-bot-doctor"  # IDs are hex, so no task has this one
_NAME = "CodeArts Check"
_LET_IN = {"CC.00050000", "CC.00050014"}  # the service itself spoke of the task, so the gateway has let the bot through
_PASSING = {"CC.00000000", "CC.00050012", "APIGW.0308"}  # busy, retry later, throttled


async def look_at_codearts(settings: Settings) -> list[Check]:
    """Look up a task that cannot exist, signed in as the bot is; one request, never repeated."""
    try:
        async with codearts_client(settings) as http:
            response = await http.get(f"/v3/task/{_NO_TASK}", headers={"Content-Type": "application/json"})
    except SettingsError as error:
        return [Check(_NAME, Grade.FAULT, f"{fault.where} {fault.what}", fault.hint) for fault in error.faults]
    except NoTokenError as error:
        return [Check(_NAME, Grade.FAULT, f"IAM gave no token: {error}", str(error.admin_hint or error.hint))]
    except (httpx.HTTPError, OSError) as error:
        found = trouble(error, "CodeArts Check")
        cure = f"{found.admin_hint or found.hint} The endpoint is {settings.codearts_endpoint}."
        return [Check(_NAME, Grade.FAULT, str(found.why), cure)]
    return [judge_codearts(read_answer(response.status_code, response.content, redactor=Redactor(settings.secrets)))]


def judge_codearts(answer: ServiceAnswer) -> Check:
    """What the answer to a look-up of no task says of the endpoint and the credentials."""
    presence, _ = presence_of(answer, described=False)
    if presence is not Presence.UNKNOWN or answer.code in _LET_IN:
        return Check(_NAME, Grade.OK, "it answers, and accepts the bot's credentials")
    meant = meaning_of(answer)
    text = f"{answer.code or f'HTTP {answer.http}'}: {meant.why or 'an answer to something else'}"
    if meant.verdict is Verdict.FAILED and answer.code not in _PASSING:
        return Check(_NAME, Grade.FAULT, text, str(meant.admin_hint or meant.hint))
    return Check(_NAME, Grade.WARNING, text, "Try again; if it stays so, check CODEARTS_ENDPOINT and the proxy.")
