"""`/codecheck history [task_id | @user]`."""

from bot.deletions.looking_back import LookingBack
from bot.domain.command import History
from bot.domain.policy import Reason
from bot.slack.messages import answers, looking_back
from bot.slack.messages.message import Message
from bot.slack.payloads import SlashCommand


async def history(command: History, typed: SlashCommand, back: LookingBack) -> Message:
    """A page of the record."""
    page = await back.history(command, typed.by, typed.channel)
    if page.reason is not Reason.ALLOWED:
        return answers.refusal(page.reason, typed.by)
    return looking_back.history(page, command)
