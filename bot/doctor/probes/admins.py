"""Whether someone can freeze deletions, and let them go on again."""

from bot.doctor.check import CannotTell, fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.access import Identity
from bot.domain.identity import SlackUser
from bot.domain.profile import DirectoryEntry, Unseen

_HINT = "List people under [allow] admins. At a shell there are `codecheck-bot freeze` and `unfreeze`."


async def look(deployment: Deployment) -> Findings:
    """Each admin, as the bot would judge them."""
    admins = deployment.settings.allow.admins
    if not admins:
        yield warning("there are none, so nobody can freeze deletions from Slack, or lift a freeze", _HINT)
        return
    people = await deployment.people.look_up(admins)
    installation = await deployment.slack.installation()
    policy = deployment.settings.access_policy(installation)
    able = [
        person.id
        for person in people
        if isinstance(
            policy.identify_admin(
                SlackUser(installation.home, person.id), DirectoryEntry(person.profile or Unseen.NO_ANSWER)
            ),
            Identity,
        )
    ]
    if able:
        yield ok(f"{', '.join(able)} can freeze and unfreeze")
    elif any(person.profile is None and not person.unknown for person in people):
        raise CannotTell("Slack does not say who the admins are", "See people.")
    else:
        yield fault("none of them can freeze or unfreeze: see people", _HINT)


PROBE = Probe(name="admins", order=14, checks="whether someone can freeze deletions and lift a freeze", look=look)
