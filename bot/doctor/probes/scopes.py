"""Whether the app was given all that the manifest and the settings ask for."""

import yaml

from bot.doctor.check import CannotTell, fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.errors import DeliveryError
from bot.manifest import OPTIONAL_SCOPES, manifest
from bot.settings import Settings


async def look(deployment: Deployment) -> Findings:
    """Compare with the header `x-oauth-scopes`, which Slack sends with every answer."""
    wanted = set(yaml.safe_load(manifest())["oauth_config"]["scopes"]["bot"]) | _optional(deployment.settings)
    await deployment.slack.installation()
    try:
        header = (await deployment.slack.sign_in()).headers.get("x-oauth-scopes")
    except DeliveryError:
        return
    if header is None:
        raise CannotTell(
            "Slack's answer has no header x-oauth-scopes",
            f"Look in the app's settings, under OAuth & Permissions, whether it has {', '.join(sorted(wanted))}. "
            "A proxy between the bot and Slack may have taken the header away.",
        )
    granted = {scope.strip() for scope in header.split(",")}
    if missing := sorted(wanted - granted):
        names = [name for name, scope in OPTIONAL_SCOPES.items() if scope in wanted]
        options = "".join(f" --with {name}" for name in names)
        yield fault(
            f"the app lacks {', '.join(missing)}",
            f"Paste the output of `codecheck-bot manifest{options}` into App Manifest, and install the app again.",
        )
    else:
        yield ok(", ".join(sorted(wanted)))


def _optional(settings: Settings) -> set[str]:
    """The optional scopes that these settings need."""
    used = {
        "email": settings.operators_from.email_domain,
        "profile": settings.operators_from.profile_field,
        "usergroups": settings.allow.usergroups or [each for each in settings.second_person.ask if each[0] == "S"],
    }
    return {OPTIONAL_SCOPES[name] for name, value in used.items() if value}


PROBE = Probe(name="scopes", order=41, checks="whether the app has every scope that the settings need", look=look)
