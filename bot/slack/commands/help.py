"""`/codecheck help`: lists the subcommands."""

from bot.domain.text import Code, Text, text
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.layout import Layout, section


async def answer(call: Call) -> Layout:
    """List all subcommands."""
    return Layout(
        (
            section(Text("*I delete CodeArts Check tasks for good, after two confirmations.*")),
            section(*map(_line, call.subcommands)),
            section(Text("Each prompt says who can press its buttons. The result is posted where you asked.")),
        )
    )


def _line(subcommand: Subcommand) -> Text:
    if subcommand.who is Who.ADMINS:
        return text("{usage}  {does} ({who})", usage=Code(subcommand.usage), does=subcommand.does, who=subcommand.who)
    return text("{usage}  {does}", usage=Code(subcommand.usage), does=subcommand.does)


SUBCOMMAND = Subcommand(name="help", order=90, does="shows this", who=Who.ANYONE, answer=answer)
