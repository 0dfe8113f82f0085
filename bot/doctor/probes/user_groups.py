"""Whether Slack knows the user groups in the settings, and whether they have members."""

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.errors import UndeliverableError


async def look(deployment: Deployment) -> Findings:
    """The members of each."""
    settings = deployment.settings
    groups = {
        **{each: "[second_person] ask" for each in settings.second_person.ask if each.startswith("S")},
        **dict.fromkeys(sorted(settings.allow.usergroups), "[allow] usergroups"),
    }
    for group, where in groups.items():
        try:
            members = await deployment.people.members(group)
        except UndeliverableError as error:
            yield fault(
                f"Slack does not know {group} in {where}, or it is disabled ({error})",
                "Correct the ID, or enable the group.",
            )
            continue
        if members:
            yield ok(f"{group} has members ({len(members)})")
        elif where == "[allow] usergroups" and not settings.allow.users and len(settings.allow.usergroups) == 1:
            yield fault(f"{group} in {where} is empty, so nobody may ask", "Add people to it, or to [allow] users.")
        else:
            yield warning(f"{group} in {where} is empty", "Add people to it, or take it out.")


PROBE = Probe(name="user groups", order=44, checks="whether Slack knows the groups, and they have members", look=look)
