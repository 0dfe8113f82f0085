"""Whether Slack is reached and takes the bot token."""

import aiohttp

from bot.codearts.troubles import trouble
from bot.doctor.check import fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.errors import DeliveryError
from bot.slack.errors import AppRefusedError
from bot.slack.health import what_to_do

_WHERE = "The endpoint is SLACK_API_URL."


async def look(deployment: Deployment) -> Findings:
    """auth.test; nothing is posted."""
    try:
        me = (await deployment.slack.sign_in()).content
    except AppRefusedError as error:
        yield fault(f"Slack answered {error.code}", what_to_do(error.code, error.needed))
    except DeliveryError as error:
        cause = error.__cause__
        if isinstance(cause, (aiohttp.ClientError, OSError)):
            found = trouble(cause, "Slack")
            yield fault(str(found.why), f"{found.admin_hint or found.hint} {_WHERE}")
        else:
            yield fault(f"Slack answered {error}", f"Try again; if it stays so, check the proxy. {_WHERE}")
    else:
        yield ok(f"{me.get('user')} in the workspace {me.get('team')}")


PROBE = Probe(name="bot token", order=40, checks="whether Slack is reached and takes SLACK_BOT_TOKEN", look=look)
