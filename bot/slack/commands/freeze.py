"""`/codecheck freeze [reason]`: stops every deletion."""

from bot.domain.text import NOTHING, Code, Moment, Text, text
from bot.slack.action_ids import COMMAND
from bot.slack.reason_text import LONGEST_REASON, read_reason
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.layout import Layout, sentences, told


async def answer(call: Call) -> Layout:
    """Freeze. Nothing that is typed can prevent it: a reason that is too long is cut."""
    why = read_reason(call.words.text)[:LONGEST_REASON]
    done = await call.services.freezing.freeze(call.by, why, call.channel)
    freeze = done.freeze
    frozen = text("🧊 Deletions are frozen by {by} since {at}.", by=freeze.by, at=Moment(freeze.at))
    why_frozen = text("Reason: “{why}”.", why=freeze.reason) if freeze.reason else NOTHING
    if not done.changed:
        return told(sentences(Text("They were frozen already."), frozen, why_frozen))
    return told(
        sentences(frozen, why_frozen),
        sentences(
            Text("Nobody can ask or confirm, and what can still be stopped isn't sent; calls under way go on."),
            Text("{unfreeze} ends it.", {"unfreeze": Code(f"{COMMAND} unfreeze")}),
        ),
    )


SUBCOMMAND = Subcommand(
    name="freeze",
    order=50,
    arguments="[reason]",
    example="release weekend",
    does="stops every deletion",
    who=Who.ADMINS,
    answer=answer,
)
