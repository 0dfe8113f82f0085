"""`/codecheck unfreeze`: lets deletions go on."""

from bot.domain.reasons import Reason
from bot.domain.text import Text
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.answers import refusal
from bot.slack.views.layout import Layout, told
from bot.slack.views.message import Message


async def answer(call: Call) -> Layout | Message:
    """End the freeze."""
    done = await call.services.braking.unfreeze(call.by, call.channel)
    if done.reason is not Reason.ALLOWED:
        return refusal(done.reason, call.by)
    return told(Text("Deletions go on.") if done.changed else Text("Deletions weren't frozen."))


SUBCOMMAND = Subcommand(name="unfreeze", order=60, does="lets deletions go on", who=Who.ADMINS, answer=answer)
