"""`/codecheck unfreeze`: lets deletions go on."""

from bot.domain.text import Text
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.layout import Layout, told


async def answer(call: Call) -> Layout:
    """End the freeze."""
    changed = await call.services.freezing.unfreeze(call.by, call.channel)
    return told(Text("Deletions go on.") if changed else Text("Deletions weren't frozen."))


SUBCOMMAND = Subcommand(name="unfreeze", order=60, does="lets deletions go on", who=Who.ADMINS, answer=answer)
