"""What prompts and dialogs say of the task itself: where it is, how its last check went, and what is not known."""

from datetime import datetime

from bot.domain.facts import Difference, LookUp, Presence
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
    """The last check and the open issues; or why they are missing."""
    if shown.look_up is None:
        return sentences(Text("Looking up details…"))
    return sentences(*_missing(shown.look_up), _last_check(shown), issues(shown))


def issues(shown: Shown) -> Text:
    """How many open issues go with the task."""
    count, critical = shown.facts.issue_count, shown.facts.issues.get("critical", 0)
    if count is None:
        return NOTHING
    if count == 0:
        return Text("No open issues.")
    if count == 1:
        return Text("1 open issue, and it's critical.") if critical else Text("1 open issue.")
    if critical:
        return text("{count} open issues, {critical} critical.", count=count, critical=critical)
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


def _last_check(shown: Shown) -> Text:
    last = shown.facts.last_check
    return text("Last checked {when}.", when=_moment(last)) if last else NOTHING


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
