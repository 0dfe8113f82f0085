"""Whether Slack knows the people in the settings, and whether the bot would accept them."""

from bot.doctor.check import CannotTell, Finding, fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.people import Person
from bot.doctor.probe import Findings, Probe
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation

_TAKE_OUT = "Take them out of the settings, or put in who has taken over."


async def look(deployment: Deployment) -> Findings:
    """users.info of everyone whom the settings name."""
    named = deployment.people.named
    if not named:
        return
    people = await deployment.people.look_up(named)
    installation = await deployment.slack.installation()
    unchecked = [person for person in people if person.profile is None and not person.unknown]
    well = True
    for person in people:
        found = _judged(person, ", ".join(named[person.id]), installation)
        if found is not None:
            well = False
            yield found
    if len(people) < len(named):
        yield CannotTell(f"only {len(people)} of {len(named)} people were looked up", "Look in Slack.").finding
    if unchecked:
        who = f"{len(unchecked)} people" if len(unchecked) > 1 else unchecked[0].id
        hint = "Without users:read nobody is let in: see scopes. Otherwise try again in a minute."
        yield CannotTell(f"{who} could not be looked up ({unchecked[0].why.partition(': ')[2]})", hint).finding
    elif well:
        yield ok(f"everyone in the settings is a full member ({len(people)})")


def _judged(person: Person, where: str, installation: Installation) -> Finding | None:
    """What is wrong with a person; None if nothing is, or if it is not known."""
    if person.unknown:
        return fault(f"Slack does not know {person.id} in {where} ({person.why})", "Correct the ID.")
    profile = person.profile
    if profile is None:
        return None
    if profile.deactivated:
        return warning(f"{person.id} in {where} has left: the account is deactivated", _TAKE_OUT)
    if profile.bot:
        return warning(f"{person.id} in {where} is a bot, and is refused", _TAKE_OUT)
    if profile.guest:
        return warning(f"{person.id} in {where} is a guest, and is refused", _TAKE_OUT)
    if not installation.has(SlackUser(installation.home, person.id), profile):
        return warning(f"{person.id} in {where} belongs to another workspace, and is refused", _TAKE_OUT)
    return None


PROBE = Probe(name="people", order=43, checks="whether Slack knows the users, and they are full members", look=look)
