"""Whether anybody can use the bot as it is set up."""

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe


async def look(deployment: Deployment) -> Findings:
    """`[operators]` and `[operators_from]`, and whether everyone in `[allow] users` has an operator."""
    settings = deployment.settings
    derived = settings.operators_from.email_domain or settings.operators_from.profile_field
    if not settings.operators and not derived:
        where = settings.config or "codecheck.toml"
        yield fault("nobody has one, so everyone is refused", f"List people under [operators] in {where}.")
        return
    without = settings.allow.users - settings.operators.keys() if not derived else frozenset()
    if without and without == settings.allow.users and not settings.allow.usergroups:
        yield fault("nobody in [allow] users has one, so everyone is refused", "List them under [operators].")
    elif without:
        names = ", ".join(sorted(without))
        yield warning(f"{names} may ask, but without an operator they are refused", "List them under [operators].")
    others = ", others get one from their Slack profile" if derived else ""
    yield ok(f"{len(settings.operators)} listed{others}")


PROBE = Probe(name="operators", order=11, checks="whether anybody who may ask has an operator", look=look)
