"""`/codecheck pending [page]`."""

from bot.deletions.history import LookingBack
from bot.domain.command import Pending
from bot.domain.policy import Reason
from bot.slack.inbound import CommandPayload
from bot.slack.views import answers, looking_back
from bot.slack.views.message import Message


async def pending(command: Pending, typed: CommandPayload, back: LookingBack) -> Message:
    """A page of what has not ended."""
    page = await back.pending(command.page, typed.by, typed.channel)
    if page.reason is not Reason.ALLOWED:
        return answers.refusal(page.reason, typed.by)
    return looking_back.pending(page)
