"""What prompts and dialogs say of the task itself: where it is, how its last check went, and what is not known."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.facts import CheckState, Difference, LookUp, Presence, TaskFacts
from bot.domain.task_id import short
from bot.domain.text import NOTHING, Code, Link, Moment, Several, Text, Value, text
from bot.slack.views.layout import Line, dots, sentences
from bot.slack.views.shown import Shown


def place(shown: Shown) -> tuple[Text, ...]:
    """Where the task is: its project, and its branch or how many it has."""
    facts = shown.facts
    branch = text("{branch}", branch=Code(facts.branch)) if facts.branch else NOTHING
    if facts.branches is not None and facts.branches > 1:
        branch = text("all {n} branches", n=facts.branches)
    return (text("{project}", project=facts.project) if facts.project else NOTHING, branch)


def repository(shown: Shown) -> Text:
    """The repository, as a link if it is one."""
    url = shown.facts.repository
    if not url:
        return NOTHING
    if url.startswith(("http://", "https://")):
        return text("{repository}", repository=Link(url, url.partition("://")[2]))
    return text("{repository}", repository=Code(url))


def details(shown: Shown) -> Line:
    """The last check and the open issues; what is not known is called that."""
    if shown.look_up is None:
        return sentences(Text("Looking up details…"))
    return sentences(*_missing(shown.look_up), _last_check(shown.facts), issues(shown.facts), _unknown(shown.look_up))


def issues(facts: TaskFacts) -> Text:
    """How many open issues go with the task, and how many of them are of the highest severity."""
    count, critical, major = facts.issue_count, facts.issues.get("critical"), facts.issues.get("major")
    if count is None:
        return NOTHING
    if count == 0:
        return Text("No open issues.")
    if count == 1:
        return Text("1 open issue, and it's critical.") if critical else Text("1 open issue.")
    if critical:
        return text("{count} open issues, {critical} critical.", count=count, critical=critical)
    if critical == 0 and major:
        return text("{count} open issues, {major} major.", count=count, major=major)
    return text("{count} open issues.", count=count)


def obstacle(shown: Shown) -> Line:
    """Why CodeArts Check would refuse to delete it in its present state; empty if it would not."""
    why = shown.facts.refused_by_service
    return sentences(Text("⚠️") if why else NOTHING, why)


def not_to_be_confused(shown: Shown) -> Text:
    """Other tasks that could be mistaken for this one."""
    alike = tuple(Code(f"{each.name} {short(each.task_id)}") for each in shown.facts.look_alikes)
    return text("⚠️ Not to be confused with {tasks}.", tasks=Several(alike)) if alike else NOTHING


def differences(shown: Shown) -> tuple[Line, ...]:
    """What has changed since the task was shown, a line for each fact."""
    return tuple(dots(_difference(each)) for each in shown.differences)


def _missing(look_up: LookUp) -> tuple[Text, ...]:
    match look_up.presence:
        case Presence.GONE:
            return (Text("⚠️ CodeArts Check knows no task with this ID."),)
        case Presence.UNKNOWN if not look_up.facts.missing_right:
            return Text("⚠️ Details are missing."), look_up.why
        case _ if look_up.facts.missing_right:
            return (text("I may not read all details (that needs {right}).", right=Code(look_up.facts.missing_right)),)
        case _:
            return ()


_LAST_CHECKS: Mapping[CheckState | None, str] = {
    CheckState.FAILED: "Last check failed {when}.",
    CheckState.PASSED: "Last check passed {when}.",
    CheckState.STOPPED: "Last check stopped {when}.",
}


def _last_check(facts: TaskFacts) -> Text:
    if not facts.last_check:
        return Text("Never checked.") if facts.check_state is CheckState.NEVER_RUN else NOTHING
    return text(_LAST_CHECKS.get(facts.check_state, "Last checked {when}."), when=_moment(facts.last_check))


def _unknown(look_up: LookUp) -> Text:
    """What could not be read of a task that exists."""
    if look_up.cut_short:
        return Text("Looking up the rest…")
    facts, never_run = look_up.facts, look_up.facts.check_state is CheckState.NEVER_RUN
    if look_up.presence is not Presence.EXISTS or facts.missing_right:
        return NOTHING  # it has been said already
    known = {
        "its name": facts.name,
        "its project": facts.project,
        "its repository": facts.repository,
        "its branches": facts.branches is not None,
        "the last check": facts.last_check or never_run,
        "open issues": facts.issue_count is not None or never_run,
        "whether a check is running": facts.check_state,
    }
    unknown = tuple(fact for fact, is_known in known.items() if not is_known)
    return text("Not known: {facts}.", facts=Several(unknown)) if unknown else NOTHING


def _moment(said: str) -> Value:
    """A time with a zone becomes a moment; one without stays as the service wrote it, since nobody knows its zone."""
    try:
        when = datetime.fromisoformat(said)
    except ValueError:
        return said
    return Moment(round(when.timestamp() * 1_000), elsewhere=True) if when.tzinfo is not None else said


_FACTS = {
    "name": Text("Name"),
    "project": Text("Project"),
    "project_id": Text("Project ID"),
    "repository": Text("Repository"),
    "branch": Text("Branch"),
    "last_check": Text("Last check"),
}


def _difference(each: Difference) -> Text:
    label = str(_FACTS.get(each.fact, each.fact))
    before, now = (_moment(value) if each.fact == "last_check" else Code(value) for value in (each.before, each.now))
    if not each.before:
        return text("{label}: {now}, not known before.", label=label, now=now)
    if not each.now:
        return text("{label}: {before} before, not known now.", label=label, before=before)
    return text("{label}: {before} → {now}.", label=label, before=before, now=now)
