"""Whether deletions are frozen."""

from datetime import UTC, datetime

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.freeze import RedisFreeze


async def look(deployment: Deployment) -> Findings:
    """The freeze, and whether anybody can lift it from Slack."""
    freeze = await deployment.redis.read("freeze", lambda calls: RedisFreeze(calls).current())
    if freeze is None:
        yield ok("deletions are not frozen")
        return
    since = f"{datetime.fromtimestamp(freeze.at / 1_000, UTC):%Y-%m-%d %H:%M} UTC"
    text = f"deletions have been frozen since {since}, by {freeze.by.id}"
    if deployment.settings.allow.admins:
        yield warning(text, "To let them go on: /codecheck unfreeze, or `codecheck-bot unfreeze`.")
    else:
        yield fault(f"{text}, and [allow] admins is empty", "To let them go on: `codecheck-bot unfreeze` at a shell.")


PROBE = Probe(name="freeze", order=30, checks="whether deletions are frozen, and who can lift that", look=look)
