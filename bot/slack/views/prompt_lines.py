"""Lines that several states of a prompt have: who asked and why, warnings, a freeze, the small print."""

from bot.domain.identity import SlackUser
from bot.domain.text import NOTHING, Code, Moment, Several, Text, text
from bot.slack.views.layout import Line, dots
from bot.slack.views.shown import FrozenBy, Shown, Stage


def asks(shown: Shown) -> Text:
    """Who wants it deleted, and why."""
    if shown.reason:
        return text("{who} wants to delete this check task: “{reason}”", who=shown.requester, reason=shown.reason)
    return text("{who} wants to delete this check task.", who=shown.requester)


def asks_in_short(shown: Shown) -> Text:
    """The same, for those who have read it once."""
    if shown.reason:
        return text("{who} asks: “{reason}”", who=shown.requester, reason=shown.reason)
    return text("Asked for by {who}.", who=shown.requester)


def quoted_reason(shown: Shown) -> Text:
    """Why, in the requester's words."""
    return text("“{reason}”", reason=shown.reason) if shown.reason else NOTHING


def warnings(shown: Shown) -> tuple[Text, ...]:
    """What the rules warn of."""
    return tuple(text("⚠️ {warning}", warning=warning) for warning in shown.warnings)


def glass(shown: Shown) -> Text:
    """The red banner: an admin confirmed alone."""
    if shown.glass_by is None:
        return NOTHING
    return text("🚨 *Break-glass*: {who} confirmed alone: “{why}”", who=shown.glass_by, why=shown.glass_why)


def frozen(freeze: FrozenBy | None) -> Text:
    """Who froze deletions, and why."""
    if freeze is None:
        return NOTHING
    if freeze.why:
        return text("🧊 Deletions are frozen by {by}: “{why}”.", by=freeze.by, why=freeze.why)
    return text("🧊 Deletions are frozen by {by}.", by=freeze.by)


def small_print(shown: Shown) -> tuple[Line, ...]:
    """Which task, as whom, until when, who can press."""
    return (
        dots(task_id(shown), text("as operator {operator}", operator=Code(shown.operator))),
        dots(_whose(shown), text("until {expires}", expires=shown.expires)),
        dots(_called(shown)),
        dots(Text("Only you can see this; the result will be public.") if shown.ephemeral else NOTHING),
    )


def task_id(shown: Shown) -> Text:
    """The task's whole ID, to be copied."""
    return text("Task {task_id}", task_id=Code(shown.task_id))


def confirmed_by(shown: Shown) -> tuple[SlackUser, ...]:
    """Who gave the second confirmation, except an admin who broke the glass, whom the banner names."""
    return tuple(each for each in shown.confirmed_by if each != shown.glass_by)


def confirmed_by_others(shown: Shown) -> Text:
    """Who gave the second confirmation, if it wasn't the requester."""
    people = confirmed_by(shown)
    return NOTHING if people in {(), (shown.requester,)} else text("confirmed by {people}", people=Several(people))


def when(ms: int) -> Text:
    """A time as small change; NOTHING for 0."""
    return text("{when}", when=Moment(ms)) if ms else NOTHING


def _whose(shown: Shown) -> Text:
    done, others = len(shown.confirmed_by), shown.others
    if others and done:
        return text("{done} of {others} confirmed: {who}", done=done, others=others, who=Several(shown.confirmed_by))
    if others > 1:
        return text("{others} people other than {who} must confirm", others=others, who=shown.requester)
    return shown.hint


def _called(shown: Shown) -> Text:
    """Who was asked to confirm; not in the first step, since a new message that names people calls them."""
    if shown.stage is not Stage.REVIEWED or not (shown.others and shown.asked):
        return NOTHING
    return text("Asked: {people}", people=Several(shown.asked))
