"""What only the person who acted reads."""

from collections.abc import Mapping

from bot.domain.brakes import Brake, Freeze
from bot.domain.deletion import Deletion, State
from bot.domain.identity import SlackUser
from bot.domain.reasons import Reason
from bot.slack.views.brakes import frozen, refused_by
from bot.slack.views.message import Message, message, section
from bot.slack.views.text import code, escape, mention, moment, permalink
from bot.slack.views.wording import COMMAND, again

_DELETE = f"`{COMMAND} delete {escape('<task_id>')}`"
_WHOEVER = "whoever runs this bot"


def told(text: str) -> Message:
    """An error whose text is written for the person, as it stands."""
    return message(text, section(text))


def refusal(reason: Reason, by: SlackUser, deletion: Deletion | None = None, brake: Brake | None = None) -> Message:
    """Why somebody's command or click changed nothing: what, why, and who can change it.

    Args:
        reason: any but ALLOWED.
        by: who acted.
        deletion: what was clicked on; told of only where the reason itself says that `by` may know it.
        brake: what refused it, or a freeze that is told beside another reason.
    """
    if brake is not None and reason in (Reason.FROZEN, Reason.TOO_MANY):
        return told(refused_by(brake))
    said = _refusal(reason, by, deletion)
    return told(f"{said}\n{frozen(brake)}" if isinstance(brake, Freeze) else said)


def _refusal(reason: Reason, by: SlackUser, deletion: Deletion | None) -> str:
    if deletion is not None and reason is Reason.EXPIRED:
        when = moment(deletion.expires_at)
        return f"Nothing was deleted: this request expired {when}. To ask again: {again(deletion)}"
    if deletion is not None and reason is Reason.OTHER_STATE:
        now = _IN_WORDS[deletion.stage]
        return f"Nothing was changed by this click: the request is {now}. Its prompt shows where it stands."
    return _REFUSALS[reason].format(user=code(by.id))


def pending(deletion: Deletion, by: SlackUser, workspace_url: str) -> Message:
    """Somebody asks for a task whose deletion has been asked for already: points to the first prompt."""
    task = code(deletion.task_id)
    if deletion.requester == by:
        asked = f"You have already asked to delete task {task}"
    else:
        asked = f"{mention(deletion.requester)} has already asked to delete task {task}"
    return told(f"{asked}, so nothing new was recorded. {_where(deletion, by, workspace_url)}")


def _where(deletion: Deletion, by: SlackUser, workspace_url: str) -> str:
    if deletion.prompt is None:
        return "Its prompt is being posted."
    if deletion.prompt.ephemeral:
        return "Its prompt is visible to you alone." if deletion.requester == by else "Only they can see its prompt."
    link = permalink(deletion.prompt.channel, deletion.prompt.ts, workspace_url)
    return f"<{link}|See the request>"


_IN_WORDS: Mapping[str, str] = {
    State.REQUESTED: "waiting for its review",
    State.REVIEWED: "reviewed already, and waits for its second confirmation",
    State.SCHEDULED: "confirmed already, and about to be sent",
    State.EXECUTING: "confirmed already, and under way",
    State.ACCEPTED: "with CodeArts Check, which has not finished it",
    State.UNKNOWN: "sent already, and its outcome is being looked into",
    f"{State.UNKNOWN}.final": "over, with an unknown outcome",
    State.DELETED: "over: the task was deleted",
    State.FAILED: "over: the task was not deleted",
    State.CANCELLED: "cancelled already",
    State.EXPIRED: "expired",
}

_REFUSALS: Mapping[Reason, str] = {
    Reason.OTHER_TEAM: "Nothing was done: only members of the workspace that runs this bot can use it.",
    Reason.NO_OPERATOR: (
        "Nothing was done: you have no CodeArts Check operator, so nobody could say who deleted the task. "
        f"Ask {_WHOEVER} to add your Slack user ID {{user}} to `[operators]` in `codecheck.toml`."
    ),
    Reason.NOT_CHECKED: (
        "Nothing was done: Slack did not tell the bot who you are, so it could not be checked whether you may. "
        f"Please try again in a moment. If it stays so, ask {_WHOEVER}: the bot's log says why."
    ),
    Reason.MAY_NOT_CHECK: (
        "Nothing was done: the bot has no permission to ask Slack who you are, so it could not check whether you may. "
        f"Ask {_WHOEVER} to install the app again with the scopes of its manifest."
    ),
    Reason.ASKED_TOO_OFTEN: (
        "Nothing was done: you have asked so often that the bot waits before it asks Slack about you again. "
        "Please try again in half a minute."
    ),
    Reason.DEACTIVATED: (
        "Nothing was done: Slack says that this account is deactivated. A Slack administrator can change that."
    ),
    Reason.GUEST: (
        "Nothing was done: guests of this workspace cannot delete tasks. Ask a full member of it to do so; "
        "a Slack administrator can make you one."
    ),
    Reason.BOT: "Nothing was done: only people can delete tasks, and Slack says that this account is a bot's.",
    Reason.OPERATORS_DIFFER: (
        "Nothing was done: the bot's settings and your Slack profile name different operators for you, so nobody could "
        f"say who deleted the task. Ask {_WHOEVER} to make `[operators]` and `[operators_from]` in `codecheck.toml` "
        "agree for your Slack user ID {user}."
    ),
    Reason.MALFORMED_OPERATOR: (
        "Nothing was done: the field of your Slack profile that names your operator holds no IAM user name. "
        "Correct it: 1 to 64 letters, digits, spaces and any of . - _ alone. Whoever may edit that field can change "
        f"it; if that is not you, ask {_WHOEVER}."
    ),
    Reason.USER_NOT_ALLOWED: (
        "Nothing was done: you are not among those who may delete tasks. "
        f"Ask {_WHOEVER} to add your Slack user ID {{user}} to `users` of `[allow]` in `codecheck.toml`, "
        "or to one of its `usergroups` where there are any."
    ),
    Reason.GROUPS_NOT_CHECKED: (
        "Nothing was done: Slack did not tell the bot who is in the user groups that may delete tasks, so it could not "
        f"be checked whether you are. Please try again in a moment. If it stays so, ask {_WHOEVER} whether the app has "
        "the scope `usergroups:read`."
    ),
    Reason.NOT_YOURSELF: (
        "Nothing was confirmed: you asked for this deletion, so somebody else who may delete tasks here has to confirm "
        f"it. Who decides that is {_WHOEVER}, by `second_step` in `codecheck.toml`."
    ),
    Reason.SAME_OPERATOR: (
        "Nothing was confirmed: you and the requester are the same operator, so to CodeArts Check you are one person. "
        f"Somebody with another operator has to confirm it. If that is a surprise, ask {_WHOEVER}."
    ),
    Reason.REQUESTER_BARRED: (
        "Nothing was confirmed: whoever asked for this deletion may not delete tasks any more, or has another "
        f"operator, or could not be checked. Cancel it, and ask for one of your own with {_DELETE}. "
        f"If that is a surprise, ask {_WHOEVER}."
    ),
    Reason.NOBODY_ELSE_SEES: (
        "Nothing was done: somebody else has to confirm a deletion, and nobody else would see it here. "
        "Invite the bot to a channel (`/invite @codecheck-bot`) and ask there. "
        f"Who decides that is {_WHOEVER}, by `second_step` in `codecheck.toml`."
    ),
    Reason.TASK_ID_NOT_TYPED: (
        "Nothing was confirmed: the task's ID has to be typed. Press the prompt's delete button to open the window."
    ),
    Reason.WRONG_TASK_ID: (
        "Nothing was confirmed: what was typed is not the ID of the task that was asked for. Please try again."
    ),
    Reason.CHANNEL_NOT_ALLOWED: (
        "Nothing was done: tasks cannot be deleted from this conversation. Ask in a channel where they can, "
        f"or ask {_WHOEVER} to add this one to `channels` of `[allow]` in `codecheck.toml`."
    ),
    Reason.NOT_REQUESTER: (
        "Nothing was changed: only the person who asked for this deletion can press this button. "
        f"To ask for one of your own: {_DELETE}"
    ),
    Reason.OPERATOR_CHANGED: (
        "Nothing was changed: since you asked, you have been given another operator. "
        f"This request will expire; then ask again with {_DELETE}. "
        f"If the change is a surprise, ask {_WHOEVER}."
    ),
    Reason.FROZEN: "Nothing was deleted: deletions are frozen by an admin.",
    Reason.TOO_MANY: "Nothing was deleted: too many deletions have been confirmed in the past hour.",
    Reason.NOT_ADMIN: (
        "Nothing was done: only admins can freeze and unfreeze. "
        f"Ask {_WHOEVER} to add your Slack user ID {{user}} to `admins` of `[allow]` in `codecheck.toml`."
    ),
    Reason.EXPIRED: "Nothing was deleted: this request has expired.",
    Reason.OTHER_STATE: "Nothing was changed by this click: the request has moved on. Its prompt shows the rest.",
    Reason.UNKNOWN_DELETION: "Nothing was changed: this request is no longer known, since it ended long ago.",
}
