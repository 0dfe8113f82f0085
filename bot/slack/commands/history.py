"""`/codecheck history [task_id | @user]`."""

from bot.deletions.history import LookingBack
from bot.domain.command import History
from bot.domain.policy import Reason
from bot.slack.inbound import CommandPayload
from bot.slack.views import answers, looking_back
from bot.slack.views.message import Message


async def history(command: History, typed: CommandPayload, back: LookingBack) -> Message:
    """A page of the record."""
    page = await back.history(command, typed.by, typed.channel)
    if page.reason is not Reason.ALLOWED:
        return answers.refusal(page.reason, typed.by)
    return looking_back.history(page, command)
