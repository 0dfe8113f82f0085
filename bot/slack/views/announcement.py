"""What became of a deletion, as a separate message: in the prompt's thread and the channel, to `[notify]`, to people.

The channel's message contains the service's `status` and `httpStatus` verbatim: tools and people search for them.
"""

from bot.domain.text import NOTHING, Channel, Code, Link, Text, text
from bot.slack.views import prompt_ended, prompt_under_way
from bot.slack.views.layout import Layout, Line, Part, dots, section, sentences, small
from bot.slack.views.prompt_lines import confirmed_by_others, glass, quoted_reason, task_id
from bot.slack.views.shown import ENDED, KEPT, Shown, Stage
from bot.slack.views.task_lines import place


def result(shown: Shown) -> Layout:
    """To the conversation in which it was requested."""
    return Layout((*_body(shown), small(quoted_reason(shown), _who(shown), _traces(shown))), shown.at)


def result_by_direct_message(shown: Shown) -> Layout:
    """To the requester, if the conversation cannot be reached: says where they asked."""
    where = text("You asked in {channel}, where I can't post.", channel=Channel(shown.channel))
    return Layout((*_body(shown), small(quoted_reason(shown), _who(shown), _traces(shown), where)), shown.at)


def notice(shown: Shown) -> Layout:
    """To a channel of `[notify]`: where the task was, why, what an admin can do, and a link to the prompt."""
    see = text("{prompt}", prompt=Link(shown.prompt_url, "See the request")) if shown.prompt_url else NOTHING
    about = dots(*place(shown), quoted_reason(shown))
    hint = shown.said.admin_hint
    for_admins = sentences(Text("For admins:") if hint else NOTHING, hint)
    return Layout((*_body(shown), small(about, _who(shown), _traces(shown), for_admins, see)), shown.at)


def _body(shown: Shown) -> tuple[Part, ...]:
    return (section(_headline(shown), glass(shown), _news(shown), _said(shown)),)


def _headline(shown: Shown) -> Line:
    if shown.stage not in ENDED:
        return dots(prompt_under_way.headline(shown))
    if shown.stage in KEPT:
        return dots(prompt_ended.headline(shown), prompt_ended.by_whom(shown))
    return dots(prompt_ended.headline(shown))


def _said(shown: Shown) -> Line:
    """What the service said; nothing if it said nothing, or was never asked."""
    status, http_status = shown.said.status, shown.said.http_status
    return sentences(
        text("{status}", status=Code(f"status: {status}")) if status else NOTHING,
        text("{http_status}", http_status=Code(f"httpStatus: {http_status}")) if http_status else NOTHING,
    )


def _news(shown: Shown) -> Line:
    if shown.stage in {Stage.UNKNOWN, Stage.ACCEPTED}:
        return prompt_under_way.what_next(shown)
    return sentences(*prompt_ended.how_it_went(shown))


def _who(shown: Shown) -> Line:
    as_operator = text("{who} as operator {operator}", who=shown.requester, operator=Code(shown.operator))
    return dots(task_id(shown), as_operator, confirmed_by_others(shown))


def _traces(shown: Shown) -> Line:
    """How it is known, and the IDs that support asks for."""
    said = shown.said
    return dots(
        said.proof,
        text("{code}", code=Code(said.code)) if said.code else NOTHING,
        text("request {request_id}", request_id=Code(said.request_id)) if said.request_id else NOTHING,
    )
