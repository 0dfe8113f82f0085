"""`/codecheck pending [page]`."""

from bot.deletions.looking_back import LookingBack
from bot.domain.command import Pending
from bot.domain.policy import Reason
from bot.slack.messages import answers, looking_back
from bot.slack.messages.message import Message
from bot.slack.payloads import SlashCommand


async def pending(command: Pending, typed: SlashCommand, back: LookingBack) -> Message:
    """A page of what has not ended."""
    page = await back.pending(command.page, typed.by, typed.channel)
    if page.reason is not Reason.ALLOWED:
        return answers.refusal(page.reason, typed.by)
    return looking_back.pending(page)
