"""Whether enough people can confirm what needs a second person."""

from bot.doctor.check import CannotTell, fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.confirmations import kind_of
from bot.settings import Settings

_HINT = (
    "Add people to [operators] (and to [allow] users, if it is set), each with an operator of their own, or lower "
    "[second_person] confirmers."
)


async def look(deployment: Deployment) -> Findings:
    """Count the different operators of those who can confirm: two people with one operator are one person."""
    settings = deployment.settings
    rules = settings.safeguards
    steps = {each.second_step for each in (rules.usual, *(rule.safeguards for rule in rules.rules))}
    if not any(kind_of(step).by_others for step in steps):
        return
    if settings.second_person.ask and not (asked := await deployment.people.asked()).identities and asked.all_known:
        yield fault(
            "nobody in [second_person] ask can confirm, so every request that needs a second person ends at once",
            "List people there who are active members with an operator, and in [allow] users if it is set.",
        )
    others = settings.second_person.confirmers
    needed = f"one person asks and {others} {'other confirms' if others == 1 else 'others confirm'}"
    most = _most_operators(settings)
    if most is not None and most <= others:
        yield fault(f"{needed}, but there are operators for only {most}", _HINT)
        return
    able = await deployment.people.able()
    found = len(able.operators)
    if found > others:
        yield ok(f"{needed}; {found} can")
    elif able.all_known:
        yield fault(f"{needed}, but only {found} with different operators can", _HINT)
    else:
        raise CannotTell(f"{needed}; {found} are known to be able to, others could not be looked up", _HINT)


def _most_operators(settings: Settings) -> int | None:
    """How many can confirm at most, by the settings; None if only Slack knows."""
    allow, derived = settings.allow, settings.operators_from
    if allow.usergroups or derived.email_domain or derived.profile_field:
        return None
    may = settings.operators.keys() & allow.users if allow.users else settings.operators.keys()
    return len({settings.operators[user].casefold() for user in may})


PROBE = Probe(name="second person", order=12, checks="whether enough people can confirm", look=look)
