"""Whether this machine's clock is right: Slack's signatures allow five minutes, CodeArts Check's fifteen."""

from bot.doctor import clocks
from bot.doctor.check import CannotTell, fault, ok, warning
from bot.doctor.codearts_answers import NAME, Unanswered
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.errors import DeliveryError

_SEEN, _HARMFUL = 30.0, 240.0  # seconds; the header has whole seconds, and the answer takes some time
_HINT = "Set this machine's clock, and keep it in step by NTP."


async def look(deployment: Deployment) -> Findings:
    """Compare it with the `Date` of Slack's and CodeArts Check's answers."""
    ahead: dict[str, float] = {}
    try:
        slack = (await deployment.slack.sign_in()).ahead
        ahead |= {"Slack's": slack} if slack is not None else {}
    except DeliveryError:
        pass
    try:
        codearts = (await deployment.codearts.sign_in()).ahead
        ahead |= {f"{NAME}'s": codearts} if codearts is not None else {}
    except Unanswered:
        pass
    if not ahead:
        raise CannotTell("neither Slack nor CodeArts Check told the time", "Compare the clock with another one.")
    off = {whose: seconds for whose, seconds in ahead.items() if abs(seconds) >= _SEEN}
    for whose, seconds in off.items():
        text = clocks.apart(seconds, "this machine's", whose)
        if abs(seconds) >= _HARMFUL:
            yield fault(f"{text}: signatures are refused when they are too old", _HINT)
        else:
            yield warning(text, _HINT)
    if not off:
        yield ok(f"it agrees with {' and '.join(ahead)}")


PROBE = Probe(name="clock", order=60, checks="whether this machine's clock agrees with the services'", look=look)
