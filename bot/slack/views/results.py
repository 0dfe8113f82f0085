"""The announcements: to the conversation itself, and to the channels of `[notify]`."""

from bot.domain.deletion import Deletion, State
from bot.slack.views.message import Message, context, facts, message, section
from bot.slack.views.prompts import second_person, task_facts
from bot.slack.views.text import code, duration, mention, permalink
from bot.slack.views.wording import standing

_NEVER_SENT = {State.CANCELLED, State.EXPIRED}


def result(deletion: Deletion) -> Message:
    """The announcement in the deletion's own conversation."""
    return _announcement(deletion)


def result_by_direct_message(deletion: Deletion) -> Message:
    """The same, where the bot cannot post in the conversation: says where it was asked for."""
    told = result(deletion)
    why = context(f"Asked for in <#{deletion.channel}>, where the bot cannot post.")
    return message(f"{told.text} Asked for in <#{deletion.channel}>.", *told.blocks, why)


def notice(deletion: Deletion, workspace_url: str) -> Message:
    """The announcement to a channel of `[notify]`; links to the prompt."""
    told = _announcement(deletion)
    if deletion.prompt is None or deletion.prompt.ephemeral:
        return told
    link = permalink(deletion.prompt.channel, deletion.prompt.ts, workspace_url)
    return message(told.text, *told.blocks, context(f"<{link}|See the request>"))


def _announcement(deletion: Deletion) -> Message:
    now = standing(deletion)
    requester = mention(deletion.requester)
    said = _what_the_service_said(deletion)
    quoted = f" {' '.join(said)}" if said else ""
    return message(
        f"{now.headline}{quoted} Requester: {requester}. Operator: {code(deletion.operator)}. {now.detail}".strip(),
        section(f"{now.emoji} *{now.headline}*", "   ".join(said), now.detail),
        facts(
            [
                *task_facts(deletion),
                ("Requester", requester),
                ("Operator", code(deletion.operator)),
                ("Confirmed by", second_person(deletion)),
                *_traces(deletion),
            ]
        ),
    )


def _what_the_service_said(deletion: Deletion) -> list[str]:
    """`status` and `httpStatus` of the service's answer, word for word; nothing where it was never asked."""
    if deletion.state in _NEVER_SENT:
        return []
    status = deletion.outcome.status if deletion.outcome else ""
    http_status = deletion.outcome.http_status if deletion.outcome else ""
    return [code(f"status: {status or 'none received'}"), code(f"httpStatus: {http_status or 'none received'}")]


def _traces(deletion: Deletion) -> list[tuple[str, str]]:
    """What support asks for."""
    outcome = deletion.outcome
    if outcome is None:
        return []
    return [
        ("Took", duration(outcome.took) if outcome.took else ""),
        ("Request ID", code(outcome.request_id) if outcome.request_id else ""),
    ]
