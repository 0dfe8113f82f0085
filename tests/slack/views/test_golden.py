"""Every message, word for word, as someone reads it: `golden/*.txt` has them all."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.slack.views.layout import Layout, drawn
from bot.slack.views.prompt import prompt
from bot.slack.views.shown import Stage
from tests.slack.views.golden_messages import CALLS, FOLDER, GOLDEN, PROMPTS, RESULTS
from tests.slack.views.limits import check
from tests.slack.views.reading import golden, transcript, words
from tests.slack.views.states import STATES

ALL = {f"{file}: {name}": layout for file, layouts in GOLDEN.items() for name, layout in layouts.items()}


@pytest.mark.parametrize("file", GOLDEN)
def test_what_people_read_changes_only_on_purpose(file: str) -> None:
    """To change it: `python -m tests.slack.views.golden_messages`, and look at what has changed."""
    assert golden(GOLDEN[file]) == (FOLDER / f"{file}.txt").read_text(encoding="utf-8")


def test_every_stage_is_read() -> None:
    """No state is left without its golden message."""
    assert {shown.stage for shown in STATES.values()} == set(Stage)


@pytest.mark.parametrize("layout", ALL.values(), ids=ALL)
def test_the_text_says_it_all(layout: Layout) -> None:
    """Notifications and screen readers get every word of the blocks, in their order and without bold."""
    message = drawn(layout)
    lines = [line.removeprefix("· ") for line in transcript(message).split("\n") if not line.startswith("[")]
    assert message.text == "\n".join(lines).replace("*", "")


@pytest.mark.parametrize("layout", ALL.values(), ids=ALL)
def test_slack_takes_it(layout: Layout) -> None:
    """It keeps to Slack's limits."""
    check(drawn(layout))


@pytest.mark.parametrize(
    ("layouts", "most", "small_print"), [(PROMPTS, 60, True), (RESULTS, 25, False), (CALLS, 25, False)]
)
def test_nobody_has_to_read_much(layouts: Mapping[str, Layout], most: int, *, small_print: bool) -> None:
    """A prompt has 60 words at most with its buttons and small print; a result and a call 25 without."""
    counted = {name: words(drawn(layout), small_print=small_print) for name, layout in layouts.items()}
    assert {name: count for name, count in counted.items() if count > most} == {}


@pytest.mark.parametrize("name", STATES)
def test_the_first_line_says_which_task(name: str) -> None:
    """By its name, or by the beginning of its ID; what the notification shows first."""
    first = drawn(PROMPTS[name]).text.split("\n", 1)[0]
    assert "webshop-frontend" in first or "`897acf13…`" in first


@pytest.mark.parametrize("name", ["", " ", "\u202e", "\u200b", "\x00"])
def test_a_name_that_nobody_sees_is_no_name(name: str) -> None:
    """Then the beginning of the ID stands for it."""
    shown = replace(STATES["reviewed"], look_up=LookUp(Presence.EXISTS, TaskFacts(name=name)))
    assert drawn(prompt(shown)).text.startswith("Delete `897acf13…` for good?")


def test_the_contract_s_words_are_in_the_result() -> None:
    """Tools and people search for what the service said, the task, the requester and the operator."""
    said = drawn(RESULTS["deleted"])
    for form in (said.text, transcript(said)):
        for word in ("status: success", "httpStatus: OK", STATES["deleted"].task_id, "<@U01ALICE>", "`alice`"):
            assert word in form


@pytest.mark.parametrize("name", [name for name, shown in STATES.items() if shown.stage is not Stage.DELETED])
def test_deleted_is_said_of_deleted_alone(name: str) -> None:
    """No other state claims it: neither the prompt nor the result has the sign or the sentence."""
    layouts = [PROMPTS[name], *([RESULTS[name]] if name in RESULTS else [])]
    assert not [layout for layout in layouts if "✅" in drawn(layout).text or "frontend deleted" in drawn(layout).text]
