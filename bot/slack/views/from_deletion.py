"""A deletion -> what its messages show."""

from dataclasses import dataclass
from functools import partial

from bot.domain.confirmations import kind_of
from bot.domain.deletion import Deletion, Prompt, Returned
from bot.domain.facts import differences
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import NOTHING, Text, UserGroup
from bot.slack.views.shown import FrozenBy, Said, Shown, Stage

_ENDED_BY_HAND = {
    Action.CANCEL: Stage.CANCELLED,
    Action.DECLINE: Stage.DECLINED,
    Action.STOP: Stage.STOPPED,
    Action.FREEZE: Stage.FROZEN,
}
_RETURNED = {Returned.CHANGED: Stage.CHANGED, Returned.UNREADABLE: Stage.UNREADABLE}
_CONFIRMED_BY_SERVICE = Text("CodeArts Check confirmed it")


@dataclass(frozen=True, slots=True)
class Links:
    """Builds links.

    Args:
        workspace_url: `url` of auth.test, from which the address of a prompt is made; "" for no link.
        console_url: `[codearts] console_url`: the template of a link to a task; "" for no link.
    """

    workspace_url: str = ""
    console_url: str = ""


def shown(deletion: Deletion, links: Links = Links()) -> Shown:
    """What people see of `deletion`, with the freeze at the moment it was read."""
    lifecycle, prompt, facts = deletion.lifecycle, deletion.delivery.prompt, deletion.shown
    kind = kind_of(deletion.safeguards.second_step)
    before = deletion.before.facts if deletion.before and deletion.state in AWAITING_CONFIRMATION else None
    return Shown(
        id=deletion.id,
        stage=_stage(deletion),
        task_id=deletion.task_id,
        look_up=facts,
        requester=deletion.requester,
        operator=deletion.operator,
        reason=deletion.reason,
        channel=deletion.channel,
        at=deletion.read_at,
        expires_at=lifecycle.expires_at,
        send_at=lifecycle.send_at,
        seen_at=deletion.requested_at if deletion.readable else 0,
        verify_until=lifecycle.verify_until,
        ended_at=lifecycle.ended_at,
        ended_by=lifecycle.ended_by.named if lifecycle.ended_by else None,
        ended_why=lifecycle.ended_why,
        hint=Text(kind.hint.template, {"requester": deletion.requester}),
        typed=kind.typed,
        others=deletion.safeguards.confirmers if kind.by_others else 0,
        confirmed_by=tuple(each.user for each in lifecycle.confirmations),
        asked=tuple(map(partial(_asked, deletion), deletion.delivery.asked or ())),
        glass_by=lifecycle.broken_glass.by if lifecycle.broken_glass else None,
        glass_why=lifecycle.broken_glass.why if lifecycle.broken_glass else "",
        break_glass=kind.by_others and deletion.safeguards.break_glass,
        lapsed=lifecycle.returned is Returned.LAPSED,
        warnings=deletion.safeguards.warnings,
        differences=differences(before, facts.facts) if before and facts else (),
        freeze=_frozen(deletion.freeze),
        said=_said(lifecycle.outcome, deletion.state),
        console_url=_link(links.console_url, deletion),
        prompt_url=_prompt_url(prompt, links.workspace_url),
        ephemeral=prompt is not None and prompt.ephemeral,
    )


def _asked(deletion: Deletion, listed: str) -> SlackUser | UserGroup:
    return UserGroup(listed) if listed.startswith("S") else SlackUser(deletion.requester.team, listed)


def _stage(deletion: Deletion) -> Stage:
    lifecycle = deletion.lifecycle
    if deletion.state is State.REQUESTED:
        return _RETURNED.get(lifecycle.returned, Stage.ASKED) if lifecycle.returned else Stage.ASKED
    if deletion.state is State.CANCELLED:
        return _ENDED_BY_HAND[lifecycle.ended_how or Action.CANCEL]
    return Stage(deletion.state)


def frozen_by(freeze: Freeze) -> FrozenBy:
    """A freeze as it is shown."""
    return FrozenBy(freeze.by.named, freeze.at, freeze.reason)


def _frozen(freeze: Freeze | None) -> FrozenBy | None:
    return frozen_by(freeze) if freeze is not None else None


def _said(outcome: Outcome | None, state: State) -> Said:
    if outcome is None:
        return Said()
    confirmed = state is State.DELETED and outcome.verdict is Verdict.DELETED and not outcome.why
    return Said(
        why=outcome.why,
        hint=outcome.hint,
        admin_hint=outcome.admin_hint,
        proof=_CONFIRMED_BY_SERVICE if confirmed else outcome.why if state is State.DELETED else NOTHING,
        status=outcome.status,
        http_status=outcome.http_status,
        code=outcome.code,
        request_id=outcome.request_id,
    )


def permalink(channel: str, ts: str, workspace_url: str) -> str:
    """The address of a message, as `chat.getPermalink` gives it, without a call."""
    return f"{workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def _prompt_url(prompt: Prompt | None, workspace_url: str) -> str:
    if prompt is None or prompt.ephemeral or not workspace_url:
        return ""
    return permalink(prompt.channel, prompt.ts, workspace_url)


def _link(template: str, deletion: Deletion) -> str:
    """The task's page in the console; "" if the template needs what is not known."""
    project = deletion.shown.facts.project_id if deletion.shown is not None else ""
    if not template or ("{project_id}" in template and not project):
        return ""
    return template.replace("{project_id}", project).replace("{task_id}", deletion.task_id)
