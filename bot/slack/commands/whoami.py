"""`/codecheck whoami`: which operator somebody is, and what they may do here."""

from collections.abc import Mapping

from bot.deletions.requests import Identity
from bot.domain.confirmation import SecondStep
from bot.domain.operators import Operator
from bot.domain.text import NOTHING, Code, Several, Text
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.answers import refusal
from bot.slack.views.layout import Layout, section, sentences, small
from bot.slack.views.message import Message
from bot.slack.views.refusals import Reader, Refusal, why

_SECOND_STEP: Mapping[SecondStep, Text] = {
    SecondStep.BUTTON: Text("Here you confirm a deletion with two clicks."),
    SecondStep.TYPED: Text("Here you confirm a deletion with a click, then by typing the task's ID."),
    SecondStep.SECOND_PERSON: Text("Here you ask for a deletion, and someone else has to confirm it."),
}


async def answer(call: Call) -> Layout | Message:
    """Say who they are to CodeArts Check, from which settings, and what a deletion takes here."""
    who = await call.services.deletions.whoami(call.by, call.channel)
    if not isinstance(who.operator, Operator):
        return refusal(who.operator, call.by)
    return Layout((section(_name(who.operator), sentences(*_may(who, call))), small(_source(who.operator))))


def _name(operator: Operator) -> Text:
    return Text("You are *{operator}* in CodeArts.", {"operator": operator.name})


def _source(operator: Operator) -> Text:
    sources = Several(tuple(map(Code, operator.sources)))
    return Text("operator {operator}, from {sources}", {"operator": Code(operator.name), "sources": sources})


def _may(who: Identity, call: Call) -> tuple[Text, ...]:
    if not who.permission.given:
        return (why(Refusal(who.permission.reason), Reader(call.by)),)
    seconds = who.safeguards.grace // 1_000
    grace = Text("After that there are {seconds} s to stop it.", {"seconds": seconds}) if seconds else NOTHING
    return Text("You can ask for deletions, and stop anyone's."), _SECOND_STEP[who.safeguards.second_step], grace


SUBCOMMAND = Subcommand(
    name="whoami",
    order=40,
    does="shows which operator you are, and what you may do here",
    who=Who.ANYONE,
    answer=answer,
)
