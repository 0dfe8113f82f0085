"""What is said of the task itself: what is known, what is not, and never what is wrong."""

from dataclasses import replace

import pytest

from bot.domain.facts import CheckState, Difference, LookUp, Presence, TaskFacts
from bot.slack.views.layout import Layout, Line, dots, drawn, section
from bot.slack.views.shown import Shown
from bot.slack.views.task_lines import details, differences, place, repository
from tests.slack.views.states import ASKED, FACTS


def read(*lines: Line) -> str:
    """The lines, as Slack gets them."""
    return drawn(Layout((section(*lines),))).text


def known(facts: TaskFacts) -> Shown:
    """A request for a task of which this is known."""
    return replace(ASKED, look_up=LookUp(Presence.EXISTS, facts))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (TaskFacts(issue_count=0), "No open issues."),
        (TaskFacts(issue_count=1), "1 open issue."),
        (TaskFacts(issue_count=1, issues={"critical": 1}), "1 open issue, and it's critical."),
        (TaskFacts(issue_count=42), "42 open issues."),
        (TaskFacts(issue_count=42, issues={"critical": 3, "major": 9}), "42 open issues, 3 critical."),
        (TaskFacts(issue_count=42, issues={"critical": 0, "major": 9}), "42 open issues, 9 major."),
        (TaskFacts(issue_count=42, issues={"major": 9}), "42 open issues."),
        (TaskFacts(last_check="2026-09-20 10:00:00"), "Last checked `2026-09-20 10:00:00`."),
        (TaskFacts(last_check="昨天", check_state=CheckState.PASSED), "Last check passed 昨天."),
        (TaskFacts(last_check="昨天", check_state=CheckState.FAILED), "Last check failed 昨天."),
        (TaskFacts(last_check="昨天", check_state=CheckState.STOPPED), "Last check stopped 昨天."),
        (TaskFacts(last_check="昨天", check_state=CheckState.RUNNING), "Last checked 昨天."),
        (TaskFacts(check_state=CheckState.NEVER_RUN), "Never checked."),
        (
            TaskFacts(last_check="2026-09-20T10:00:00+08:00"),
            "Last checked <!date^1789869600^{date_short_pretty}, {time}|2026-09-20 02:00:00 UTC>.",
        ),
    ],
)
def test_what_is_known(facts: TaskFacts, said: str) -> None:
    """A time without a zone stays as the service wrote it."""
    assert read(details(known(facts))).startswith(said)


THE_REST = "its branches, the last check, open issues, whether a check is running."


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (FACTS, ""),
        (
            TaskFacts(),
            f"Not known: its name, its project, its repository, {THE_REST}",
        ),
        (replace(FACTS, issue_count=None), "Not known: open issues."),
        (replace(FACTS, branches=None), "Not known: its branches."),
        (replace(FACTS, check_state=None), "Not known: whether a check is running."),
        (replace(FACTS, check_state=CheckState.NEVER_RUN, last_check="", issue_count=None), ""),
        (TaskFacts(missing_right="a:b:c"), "I may not read all details (that needs `a:b:c`)."),
    ],
)
def test_what_is_not_known_is_said_once(facts: TaskFacts, said: str) -> None:
    """Nobody takes a fact that could not be read for one that is not there."""
    details_of = read(details(known(facts)))
    assert details_of.endswith(said)
    assert ("not known" in details_of.lower()) == said.startswith("Not known")


def test_what_is_still_looked_up_is_not_called_unknown() -> None:
    """The prompt is filled in when it comes."""
    late = replace(ASKED, look_up=LookUp(Presence.EXISTS, TaskFacts(name="shop"), cut_short=True))
    assert read(details(late)) == "Looking up the rest…"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (TaskFacts(project="Payments", branch="main", branches=1), "Payments · `main`"),
        (TaskFacts(branch="main", branches=None), "`main`"),
        (TaskFacts(project="Payments", branch="main", branches=7), "Payments · all 7 branches"),
        (TaskFacts(), ""),
    ],
)
def test_where_it_is(facts: TaskFacts, said: str) -> None:
    """Its project and its branch, or how many it has."""
    assert read(dots(*place(known(facts)))) == said


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", ""),
        ("git@git.example.com:a/b.git", "`git@git.example.com:a/b.git`"),
        ("https://git.example.com/a/b", "<https://git.example.com/a/b|git.example.com/a/b>"),
        ("https://git.example.com/a>b|c", "git.example.com/a&gt;b|c"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
    ],
)
def test_a_repository_is_a_link_only_if_it_can_be_one(url: str, said: str) -> None:
    """Nothing but http and https leads anywhere, and no address breaks out of its link."""
    shown = read(dots(repository(known(TaskFacts(repository=url)))))
    assert shown.replace("`git.example.com/a&gt;b|c`", "git.example.com/a&gt;b|c") == said


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Difference("branch", "main", "release"), "Branch: `main` → `release`."),
        (Difference("branch", "", "release"), "Branch: `release`, not known before."),
        (Difference("branch", "main", ""), "Branch: `main` before, not known now."),
        (Difference("last_check", "", "2026-09-20"), "Last check: 2026-09-20, not known before."),
        (Difference("something_new", "1", "2"), "`something_new`: `1` → `2`."),
    ],
)
def test_what_has_changed(difference: Difference, said: str) -> None:
    """Each fact on a line of its own, with what was shown and what is there now."""
    assert read(*differences(replace(ASKED, differences=(difference,)))) == said
