"""Settings that work, but probably not as expected."""

from bot.doctor.check import ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.settings import notices_of


async def look(deployment: Deployment) -> Findings:
    """The notices that `run` logs. Settings that cannot be used end the command before."""
    notices = notices_of(deployment.settings)
    for notice in notices:
        yield warning(f"{notice.where} {notice.what}", notice.hint)
    if not notices:
        yield ok("all are valid")


PROBE = Probe(name="settings", order=10, checks="settings that work, but probably not as expected", look=look)
