"""Settings that work, but probably not as expected. `run` logs these notices, `doctor` shows them."""

from collections.abc import Iterator

from bot.domain.confirmations import kind_of
from bot.domain.rules import Match, Safeguards, strictest
from bot.settings.confirmation import Confirmation
from bot.settings.faults import Notice
from bot.settings.model import Settings
from bot.settings.rules import RuleTable

_OLD_RULES = "[[confirmation.rules]]"


def notices_of(settings: Settings) -> tuple[Notice, ...]:
    """Every notice about settings that are valid."""
    return (
        *_old_rules(settings.confirmation),
        *_rules(settings.rules, settings.allow.channels),
        *_second_person(settings),
    )


def _old_rules(confirmation: Confirmation) -> Iterator[Notice]:
    if confirmation.rules:
        yield Notice(
            _OLD_RULES,
            "is read, but [[rules]] replaces it",
            'Write each as [[rules]] with match = { channels = ["C..."] }.',
        )
    usual = Safeguards(second_step=confirmation.second_step, grace=confirmation.grace_seconds * 1_000)
    for number, rule in enumerate(confirmation.rules, 1):
        step = rule.second_step or usual.second_step
        grace = usual.grace if rule.grace_seconds is None else rule.grace_seconds * 1_000
        meant = Safeguards(second_step=step, grace=grace)
        if strictest(usual, meant) != meant:
            yield Notice(
                f"{_OLD_RULES} entry {number}",
                "asks for less than [confirmation], which no longer has an effect",
                "Ask for less in [confirmation], and for more with [[rules]].",
            )


def _rules(rules: tuple[RuleTable, ...], allowed: frozenset[str]) -> Iterator[Notice]:
    for number, rule in enumerate(rules, 1):
        match, where = rule.rule.match, f"[[rules]] entry {number}"
        if allowed and not any(match.has_channel(channel) for channel in allowed):
            yield Notice(
                where,
                "never matches: its channels are not among those of [allow]",
                "Correct its channels, or take it out.",
            )
        if rule.protect and match == Match():
            yield Notice(where, "refuses every deletion", "Say by match which tasks it protects.")
        only_direct = match.channels and all(glob.startswith("D") for glob in match.channels)
        if only_direct and rule.second_step and kind_of(rule.second_step).by_others:
            yield Notice(
                where,
                "asks for a second person in direct messages, where nobody else sees the request",
                "Use protect = true, or correct its channels.",
            )


def _second_person(settings: Settings) -> Iterator[Notice]:
    table = settings.second_person
    steps = {settings.confirmation.second_step, *(rule.safeguards.second_step for rule in settings.safeguards.rules)}
    if any(kind_of(step).by_others for step in steps):
        people = _people(settings)
        if people is not None and people <= table.confirmers:
            yield Notice(
                "[second_person] confirmers",
                f"is {table.confirmers}, but only {people} people may ask or confirm",
                "Add people to [allow] users and [operators], or ask for fewer.",
            )
    elif table.model_fields_set:
        yield Notice(
            "[second_person]",
            "has no effect: no deletion needs a second person",
            'Set second_step = "second_person" in [confirmation] or in one of [[rules]].',
        )
    late = [minutes for minutes in table.remind_minutes if minutes * 60 >= table.ttl_seconds]
    if "remind_minutes" in table.model_fields_set and late:
        yield Notice(
            "[second_person] remind_minutes",
            f"has {late[0]}, but requests expire before (ttl_seconds is {table.ttl_seconds})",
            "Remind earlier, or make ttl_seconds longer.",
        )
    if table.break_glass and not settings.allow.admins:
        yield Notice("[second_person] break_glass", "has no effect: [allow] admins is empty", "List the admins there.")


def _people(settings: Settings) -> int | None:
    """How many people may ask and confirm; None if only Slack knows."""
    allow, derived = settings.allow, settings.operators_from
    if allow.usergroups:
        return None
    if derived.email_domain or derived.profile_field:
        return len(allow.users) or None
    return len(settings.operators.keys() & allow.users if allow.users else settings.operators)
