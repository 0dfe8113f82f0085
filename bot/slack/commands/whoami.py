"""`/codecheck whoami`: which operator the caller has, and what they may do here."""

from collections.abc import Sequence

from bot.deletions.requests import Whoami
from bot.domain.access import Identity
from bot.domain.confirmations import kind_of
from bot.domain.text import NOTHING, Code, Several, Text
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.from_deletion import frozen_by
from bot.slack.views.layout import Layout, section, sentences, small
from bot.slack.views.prompt_lines import frozen
from bot.slack.views.refusals import Refusal, refusal, why


async def answer(call: Call) -> Layout:
    """Say which operator they have and from which settings, what a deletion takes here, and what is pending."""
    who = await call.services.requests.whoami(call.by, call.channel)
    reader = call.services.reader(call.by)
    if who.identity is None:
        refused = who.refused
        said = refusal(Refusal(refused.reason, refused.values) if refused else Refusal(""), reader)
        return Layout((*said.parts, section(_admin(reader.admin), _freeze(who))))
    identity = who.identity
    may = why(Refusal(who.refused.reason, who.refused.values), reader) if who.refused else sentences(*_may(who))
    return Layout(
        (
            section(_name(identity), may, _admin(reader.admin)),
            section(_freeze(who), _waiting(who.waiting)),
            small(_source(identity)),
        )
    )


def _name(identity: Identity) -> Text:
    return Text("You are *{operator}* in CodeArts.", {"operator": identity.operator})


def _admin(admin: bool) -> Text:  # noqa: FBT001 - it is the only parameter
    return Text("You are an admin: you can freeze deletions and let them go on.") if admin else NOTHING


def _source(identity: Identity) -> Text:
    sources = Several(tuple(map(Code, identity.sources)))
    return Text("operator {operator}, from {sources}", {"operator": Code(identity.operator), "sources": sources})


def _may(who: Whoami) -> Sequence[Text]:
    how = kind_of(who.safeguards.second_step).here
    grace = who.safeguards.grace // 1_000
    stop = Text("After that it can be stopped for {time}.", {"time": _span(grace)}) if grace else NOTHING
    more = Text("Some tasks need more than that.") if who.more else NOTHING
    return Text("You can ask for deletions, and stop anyone's."), how, stop, more


def _span(seconds: int) -> str:
    """A duration in the largest unit that says it exactly: `90 s`, `2 hours`, `7 days`."""
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _freeze(who: Whoami) -> Text:
    if who.freeze is None:
        return Text("Nothing is frozen.")
    return frozen(frozen_by(who.freeze))


def _waiting(count: int) -> Text:
    if not count:
        return Text("No request of yours is waiting.")
    if count == 1:
        return Text("One request of yours is waiting.")
    return Text("{count} requests of yours are waiting.", {"count": count})


SUBCOMMAND = Subcommand(
    name="whoami",
    order=40,
    does="shows which operator you are, and what you may do here",
    who=Who.ANYONE,
    answer=answer,
)
