"""Whether the bot is in the channels of the settings."""

from collections.abc import Mapping
from typing import Any

from bot.doctor.check import CannotTell, Finding, fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.confirmations import kind_of
from bot.domain.errors import UndeliverableError
from bot.settings import Settings

_WILD = frozenset("*?[")
_INVITE = "Invite the bot there: /invite @codecheck-bot."


async def look(deployment: Deployment) -> Findings:
    """conversations.info of each, which needs a scope that the bot itself does without."""
    named = _named(deployment.settings)
    if named:
        await deployment.slack.installation()  # or there is nothing to ask
    unknown: dict[str, list[str]] = {}
    for channel, where in named.items():
        try:
            answer = await deployment.slack.ask("conversations.info", channel=channel)
        except UndeliverableError as error:
            yield fault(
                f"{channel} in {where} does not exist, or is private and the bot is not in it ({error})",
                f"Correct the ID, or: {_INVITE[0].lower()}{_INVITE[1:]}",
            )
        except CannotTell as error:
            unknown.setdefault(str(error), []).append(channel)
        else:
            shown = answer.get("channel")
            yield _judged(channel, where, shown if isinstance(shown, Mapping) else {}, deployment.settings)
    for why, channels in unknown.items():
        hint = f"Look in Slack whether the bot is in {', '.join(channels)}."
        yield warning(f"cannot tell whether the bot is in {', '.join(channels)}: {why}", hint)


def _judged(channel: str, where: str, shown: Mapping[str, Any], settings: Settings) -> Finding:
    if shown.get("is_archived"):
        return fault(f"{channel} in {where} is archived, so nothing can be posted there", "Correct the ID.")
    if shown.get("is_member") or shown.get("is_im"):
        return ok(f"the bot is in {channel}")
    text = f"the bot is not in {channel} in {where}"
    if where == "[notify] channels":
        return fault(f"{text}, so it cannot post", _INVITE)
    if _needs_others(channel, settings):
        return fault(f"{text}: nobody else sees a prompt there, and a second person has to confirm", _INVITE)
    return warning(f"{text}, so prompts there are shown only to the person who asks", _INVITE)


def _needs_others(channel: str, settings: Settings) -> bool:
    """Whether a second person has to confirm there, at least for some tasks."""
    rules = settings.safeguards
    there = (rule.safeguards for rule in rules.rules if rule.match.has_channel(channel))
    return any(kind_of(each.second_step).by_others for each in (rules.usual, *there))


def _named(settings: Settings) -> dict[str, str]:
    """Each channel ID in the settings, and which setting has it."""
    named: dict[str, str] = {}
    for number, rule in reversed(list(enumerate(settings.rules, 1))):
        literal = [glob for glob in rule.match.channels if _WILD.isdisjoint(glob)]
        named |= dict.fromkeys(literal, f"[[rules]] entry {number}")
    named |= dict.fromkeys(sorted(settings.allow.channels), "[allow] channels")
    return named | dict.fromkeys(settings.notify.channels, "[notify] channels")


PROBE = Probe(name="channels", order=45, checks="whether the bot is in the channels of the settings", look=look)
