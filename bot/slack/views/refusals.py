"""Why a command or click changed nothing, and what the person can do about it.

One table maps each reason to its sentences, the best first: the first sentence whose values are all known is used. Only
admins also read how to change the settings, since that is of no use to others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter

from bot.domain.identity import SlackUser
from bot.domain.text import NOTHING, Code, Several, Text, Value, text
from bot.slack.views.layout import Layout, told


@dataclass(frozen=True, slots=True)
class Reader:
    """The person who reads it.

    Args:
        user: who they are.
        admin: True if they are in `[allow] admins`.
        admins: the admins, who are named as the people to ask.
    """

    user: SlackUser
    admin: bool = False
    admins: tuple[SlackUser, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal.

    Args:
        reason: a `Reason`.
        values: the values that its sentences can name, such as `until`, `channels` or `requester`.
    """

    reason: str
    values: Mapping[str, Value] = field(default_factory=dict)


def refusal(refused: Refusal, reader: Reader) -> Layout:
    """The private answer."""
    return told(why(refused, reader), _whom_to_ask(refused, reader))


def why(refused: Refusal, reader: Reader) -> Text:
    """Why it was refused, and what the reader can do about it."""
    values = {"user": Code(reader.user.id), **refused.values}
    said = _SAID.get(refused.reason, (_UNFORESEEN,))
    return next((Text(each, values) for each in said if _names(each) <= values.keys()), Text(_UNFORESEEN))


def reasons() -> Sequence[str]:
    """Every reason that has sentences."""
    return tuple(_SAID)


def _whom_to_ask(refused: Refusal, reader: Reader) -> Text:
    reason = refused.reason
    hint = _ADMIN_HINTS.get(reason)
    if hint is None:
        return NOTHING
    if reason == "channel_not_allowed" and "channels" in refused.values and not reader.admin:
        return NOTHING  # it says where to go instead
    user = reader.user.id
    if reader.admin:
        return text(hint, user=Code(user), entry=Code(f'{user} = "their.name"'))
    if not reader.admins:
        return text("Ask the person who runs this bot; your Slack user ID is {user}.", user=Code(user))
    if reason in _PASSING:
        return text("If that doesn't help, ask {admins}.", admins=Several(reader.admins))
    return text("Ask {admins}.", admins=Several(reader.admins))


def _names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


_PASSING = frozenset({"not_checked", "groups_not_checked"})  # they say "try again" already

_UNFORESEEN = "That isn't possible right now."

_SAID: Mapping[str, Sequence[str]] = {
    # who it is
    "other_team": ("Only members of the workspace that runs this bot can use it.",),
    "no_operator": ("You can't delete check tasks yet: no CodeArts user is set for you.",),
    "not_checked": ("Slack didn't say who you are, so I couldn't check whether you may. Try again in a moment.",),
    "may_not_check": ("I'm not allowed to ask Slack who you are, so I couldn't check whether you may.",),
    "asked_too_often": ("That was a lot at once, so I'm giving Slack a rest. Try again in half a minute.",),
    "deactivated": ("Slack says that this account is deactivated. A Slack admin can change that.",),
    "guest": ("Guests can't delete check tasks. Ask a full member of this workspace.",),
    "bot": ("Slack says that this account is a bot's. Only people can delete check tasks.",),
    "operators_differ": (
        "You can't delete check tasks yet: the settings and your Slack profile name different users.",
    ),
    "malformed_operator": (
        "You can't delete check tasks yet: the CodeArts user in your Slack profile isn't a valid user name.",
    ),
    # what they may do
    "user_not_allowed": ("You aren't among the people who may delete check tasks.",),
    "groups_not_checked": (
        "Slack didn't say who is in the groups that may delete check tasks. Try again in a moment.",
    ),
    "channel_not_allowed": (
        "Deleting check tasks isn't allowed in this channel. Try {channels}.",
        "Deleting check tasks isn't allowed in this channel.",
    ),
    "protected": (
        "This bot never deletes this task. {rule}",
        "This bot never deletes this task; the settings protect it.",
    ),
    "not_admin": ("Only admins can do that.",),
    "not_requester": ("This one is {requester}'s to confirm.", "Only the person who asked for this can do that."),
    "not_reviewed": (
        "{requester} has to review this first. Then others can confirm or decline it.",
        "The person who asked has to review this first. Then others can confirm or decline it.",
    ),
    "operator_changed": ("Your CodeArts user has changed since you asked. Cancel this request, and ask again.",),
    # what the second step asks for
    "not_yourself": ("You asked for it, so someone else has to confirm.",),
    "same_operator": (
        "You have the same CodeArts user as {requester}, so someone else has to confirm.",
        "You have the same CodeArts user as the person who asked, so someone else has to confirm.",
    ),
    "no_break_glass": ("Nobody can confirm this alone; someone else has to confirm it.",),
    "why_too_short": ("Say why in at least ten characters.",),
    "changed": ("It has changed since it was shown, so you confirmed nothing. The prompt shows what is different.",),
    "already_confirmed": ("You have confirmed it already. Now someone else has to.",),
    "operator_confirmed": ("Someone with your CodeArts user has confirmed it already. Now someone else has to.",),
    "requester_barred": (
        "{requester} may no longer delete check tasks. Cancel this request, and ask yourself.",
        "The person who asked may no longer delete check tasks. Cancel this request, and ask yourself.",
    ),
    "requester_not_checked": (
        "Slack didn't say whether {requester} may still ask for it, so that didn't count. Try again in a moment.",
        "Slack didn't say whether the requester may still ask for it, so that didn't count. Try again in a moment.",
    ),
    "nobody_else_sees": (
        "Someone else has to confirm, and nobody else would see it here. Ask in a channel that the bot is in.",
    ),
    "name_not_typed": ("To confirm, type the task's name. The prompt's red button asks for it.",),
    "wrong_name": ("That isn't the task you asked to delete.",),
    "wrong_case": ("Almost: check upper and lower case.",),
    "not_confirmed_by_you": ("You haven't confirmed this one, so there is nothing to take back.",),
    "reason_missing": ("Say why, after the ID: `/codecheck delete <task_id> <reason>`",),
    # what prevents it
    "frozen": (
        "🧊 Deletions are frozen by {by} since {at}: “{why}”.",
        "🧊 Deletions are frozen by {by} since {at}.",
        "🧊 Deletions are frozen.",
    ),
    "too_many": (
        "You have reached this hour's limit of {limit}. The next deletion is possible at {own_until}.",
        "This hour's limit for deletions, {limit}, is reached. The next one is possible at {until}.",
        "That's the limit of deletions for this hour.",
    ),
    "too_soon": (
        "That was quick! Have a look first; the button works in {seconds} s.",
        "That was quick! Have a look first, then press it again.",
    ),
    "too_late": (
        "Too late to stop: it was sent to CodeArts Check at {sent_at}.",
        "Too late to stop: it was already sent.",
    ),
    # the deletion's state
    "expired": (
        "Too late: it could be confirmed until {expires_at}. {again} asks again.",
        "Too late: this request has expired. Ask again.",
    ),
    "other_state": (
        "This has moved on: {now}. The prompt shows it.",
        "This has moved on. The prompt shows where it is now.",
    ),
    "unknown_deletion": (
        "This request is no longer known: it ended long ago, or my storage has lost it. Its buttons do nothing.",
    ),
    "already_requested": ("Someone asked for this already, and it hasn't ended yet.",),
    "no_such_task": ("CodeArts Check knows no such task.",),
    "copy": ("This is a copy of an earlier command or click, so I didn't do it again.",),
}

_ADMIN_HINTS: Mapping[str, str] = {
    "no_operator": "Add {entry} under `[operators]` in codecheck.toml.",
    "not_checked": "If it stays like this, see the bot's log.",
    "may_not_check": "Install the app again with the scopes of its manifest, or add {user} under `[operators]`.",
    "operators_differ": "Make `[operators]` and `[operators_from]` agree for {user}.",
    "malformed_operator": "Correct the profile field of {user}, or list them under `[operators]`.",
    "user_not_allowed": "Add {user} to `users` under `[allow]`, or to one of its groups.",
    "groups_not_checked": "If it stays like this, check that the app has the scope `usergroups:read`.",
    "channel_not_allowed": "Add this channel to `channels` under `[allow]`.",
    "protected": "The rule is under `[[rules]]` in codecheck.toml.",
    "not_admin": "Add {user} to `admins` under `[allow]`.",
}
