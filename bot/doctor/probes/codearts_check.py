"""Whether CodeArts Check is reached and lets the bot in: asked for a task that cannot exist, so nothing is touched.

Whether the bot may delete shows only at the first deletion: the API has no way to ask.
"""

from bot.codearts.answers import meaning_of
from bot.codearts.reply import ServiceAnswer
from bot.doctor.check import Finding, fault, ok, warning
from bot.doctor.codearts_answers import NAME, Unanswered, let_in
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.outcome import Verdict

_PASSING = {"CC.00000000", "CC.00050012", "APIGW.0308"}  # busy, retry later, throttled


async def look(deployment: Deployment) -> Findings:
    """One look-up, signed in as the bot is, never repeated."""
    try:
        answered = await deployment.codearts.sign_in()
    except Unanswered as unanswered:
        yield unanswered.finding
    else:
        yield judge(answered.answer)


def judge(answer: ServiceAnswer) -> Finding:
    """What the answer to a look-up of no task says of the endpoint and the credentials."""
    if let_in(answer):
        return ok("it answers, and accepts the bot's credentials")
    meant = meaning_of(answer)
    text = f"{answer.code or f'HTTP {answer.http}'}: {meant.why or 'an answer to something else'}"
    if meant.verdict is Verdict.FAILED and answer.code not in _PASSING:
        return fault(text, str(meant.admin_hint or meant.hint))
    return warning(text, "Try again; if it stays so, check CODEARTS_ENDPOINT and the proxy.")


PROBE = Probe(name=NAME, order=50, checks="endpoint, credentials and IAM", look=look)
