"""From lines of texts to Slack's blocks: what is empty is left out, what is too long ends between two lines."""

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.text import NOTHING, Text, text
from bot.slack.views.layout import Button, Buttons, Layout, dots, drawn, section, sentences, small, told
from tests.slack.views.limits import check
from tests.slack.views.reading import transcript


def test_what_is_empty_is_left_out() -> None:
    """No separator stands alone, and no block is empty: Slack would refuse it."""
    layout = Layout(
        (
            section(dots(Text("a"), NOTHING, Text("b")), NOTHING, sentences(NOTHING, Text("c"))),
            section(NOTHING),
            Buttons(()),
            small(dots(NOTHING, NOTHING)),
        )
    )
    message = drawn(layout)
    assert transcript(message) == "a · b\nc"
    assert message.text == "a · b\nc"


@example([text("{words} <{words}", words="x" * 400)] * 30)
@given(
    st.lists(st.text(min_size=1, max_size=400).map(lambda words: text("{words} <{words}", words=words)), max_size=30)
)
def test_too_many_lines_are_cut_between_two(lines: list[Text]) -> None:
    """Whatever is left is whole lines, so no date, link or code span is broken."""
    message = drawn(told(Text("first"), *lines))
    check(message)
    whole = transcript(drawn(Layout(tuple(section(line) for line in lines)))).split("\n")
    assert set(transcript(message).split("\n")[1:]) <= set(whole)


def test_a_button_has_the_name_that_a_screen_reader_says() -> None:
    """A long name is cut, and Slack's limits are kept."""
    button = Button(text("Delete {task}", task="x" * 200), "deletion.confirm", "id", danger=True)
    message = drawn(Layout((section(Text("a")), Buttons((button,)))))
    check(message)
    element = message.blocks[1]["elements"][0]
    assert element["accessibility_label"] == element["text"]["text"]
    assert element["text"] == {"type": "plain_text", "text": f"Delete {'x' * 67}…", "emoji": False}
    assert element["style"] == "danger"
