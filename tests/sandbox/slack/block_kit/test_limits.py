"""Each limit of Block Kit is accepted in full, and one more is refused with what is wrong and where."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pydantic import JsonValue

from codecheck_sandbox.slack.block_kit import BlockKitError, checked_blocks, checked_modal

Json = dict[str, JsonValue]


def plain(length: int) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    """A mrkdwn object."""
    return {"type": "mrkdwn", "text": "x" * length}


def button(**changes: JsonValue) -> Json:
    """A button, changed."""
    return {"type": "button", "text": plain(1), **changes}


def actions(*elements: JsonValue) -> list[JsonValue]:
    """One row of elements."""
    return [{"type": "actions", "elements": list(elements)}]


def confirm(**changes: JsonValue) -> list[JsonValue]:
    """A button with a confirm dialog, changed."""
    dialog: Json = {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1), **changes}
    return actions(button(confirm=dialog))


def select(**changes: JsonValue) -> list[JsonValue]:
    """A menu, changed."""
    return actions({"type": "static_select", "options": [option()], **changes})


def option(text: int = 1, value: int = 1) -> JsonValue:
    """A choice."""
    return {"text": plain(text), "value": "x" * value}


def modal(**changes: JsonValue) -> Json:
    """A modal, changed."""
    return {"type": "modal", "title": plain(1), "blocks": [{"type": "divider"}], **changes}


def field(**changes: JsonValue) -> list[JsonValue]:
    """An input, changed."""
    return [{"type": "input", "label": plain(1), "element": {"type": "plain_text_input"}, **changes}]


@dataclass(frozen=True)
class Limit:
    """What is limited: blocks with n of it, the most, and where one more is pointed to."""

    name: str
    make: Callable[[int], JsonValue]
    most: int
    pointer: str


TEXTS = [
    Limit("section text", lambda n: [{"type": "section", "text": mrkdwn(n)}], 3000, "/blocks/0/text/text"),
    Limit("field text", lambda n: [{"type": "section", "fields": [mrkdwn(n)]}], 2000, "/blocks/0/fields/0/text"),
    Limit("header", lambda n: [{"type": "header", "text": plain(n)}], 150, "/blocks/0/text/text"),
    Limit("context text", lambda n: [{"type": "context", "elements": [mrkdwn(n)]}], 3000, "/blocks/0/elements/0/text"),
    Limit("button text", lambda n: actions(button(text=plain(n))), 75, "/blocks/0/elements/0/text/text"),
    Limit("button value", lambda n: actions(button(value="x" * n)), 2000, "/blocks/0/elements/0/value"),
    Limit("button url", lambda n: actions(button(url="x" * n)), 3000, "/blocks/0/elements/0/url"),
    Limit(
        "accessibility label",
        lambda n: actions(button(accessibility_label="x" * n)),
        75,
        "/blocks/0/elements/0/accessibility_label",
    ),
    Limit("action_id", lambda n: actions(button(action_id="x" * n)), 255, "/blocks/0/elements/0/action_id"),
    Limit("block_id", lambda n: [{"type": "divider", "block_id": "x" * n}], 255, "/blocks/0/block_id"),
    Limit("confirm title", lambda n: confirm(title=plain(n)), 100, "/blocks/0/elements/0/confirm/title/text"),
    Limit("confirm text", lambda n: confirm(text=plain(n)), 300, "/blocks/0/elements/0/confirm/text/text"),
    Limit("confirm yes", lambda n: confirm(confirm=plain(n)), 30, "/blocks/0/elements/0/confirm/confirm/text"),
    Limit("confirm no", lambda n: confirm(deny=plain(n)), 30, "/blocks/0/elements/0/confirm/deny/text"),
    Limit("option text", lambda n: select(options=[option(text=n)]), 75, "/blocks/0/elements/0/options/0/text/text"),
    Limit("option value", lambda n: select(options=[option(value=n)]), 150, "/blocks/0/elements/0/options/0/value"),
    Limit("placeholder", lambda n: select(placeholder=plain(n)), 150, "/blocks/0/elements/0/placeholder/text"),
    Limit("input label", lambda n: field(label=plain(n)), 2000, "/blocks/0/label/text"),
    Limit("input hint", lambda n: field(hint=plain(n)), 2000, "/blocks/0/hint/text"),
    Limit(
        "image alt text",
        lambda n: [{"type": "image", "image_url": "u", "alt_text": "x" * n}],
        2000,
        "/blocks/0/alt_text",
    ),
]
COUNTS = [
    Limit("blocks", lambda n: [{"type": "divider"}] * n, 50, "/blocks"),
    Limit("fields", lambda n: [{"type": "section", "fields": [mrkdwn(1)] * n}], 10, "/blocks/0/fields"),
    Limit("elements", lambda n: actions(*[button()] * n), 25, "/blocks/0/elements"),
    Limit("context elements", lambda n: [{"type": "context", "elements": [mrkdwn(1)] * n}], 10, "/blocks/0/elements"),
    Limit("options", lambda n: select(options=[option()] * n), 100, "/blocks/0/elements/0/options"),
]
VIEWS = [
    Limit("modal title", lambda n: modal(title=plain(n)), 24, "/view/title/text"),
    Limit("modal submit", lambda n: modal(submit=plain(n)), 24, "/view/submit/text"),
    Limit("modal close", lambda n: modal(close=plain(n)), 24, "/view/close/text"),
    Limit("private metadata", lambda n: modal(private_metadata="x" * n), 3000, "/view/private_metadata"),
    Limit("callback_id", lambda n: modal(callback_id="x" * n), 255, "/view/callback_id"),
    Limit("blocks of a view", lambda n: modal(blocks=[{"type": "divider"}] * n), 100, "/view/blocks"),
]
MAY_BE_EMPTY = {"button value", "accessibility label"}


def named(limit: Limit) -> str:
    """The test's name in the report."""
    return limit.name


@pytest.mark.parametrize("limit", TEXTS + COUNTS, ids=named)
def test_a_block_takes_as_much_as_slack_does(limit: Limit) -> None:
    """The limit itself is accepted."""
    assert checked_blocks(limit.make(limit.most))


@pytest.mark.parametrize("limit", VIEWS, ids=named)
def test_a_view_takes_as_much_as_slack_does(limit: Limit) -> None:
    """The limit itself is accepted."""
    assert checked_modal(limit.make(limit.most)).blocks


@pytest.mark.parametrize("limit", TEXTS, ids=named)
def test_one_character_more_is_refused(limit: Limit) -> None:
    """The refusal names the limit and points to the text."""
    with pytest.raises(BlockKitError) as raised:
        checked_blocks(limit.make(limit.most + 1))
    assert raised.value.code == "invalid_blocks"
    assert [str(problem) for problem in raised.value.problems] == [
        f"must be less than {limit.most + 1} characters [json-pointer:{limit.pointer}]"
    ]


@pytest.mark.parametrize("limit", COUNTS, ids=named)
def test_one_item_more_is_refused(limit: Limit) -> None:
    """The refusal names the limit and points to the array."""
    with pytest.raises(BlockKitError) as raised:
        checked_blocks(limit.make(limit.most + 1))
    assert [str(problem) for problem in raised.value.problems] == [
        f"no more than {limit.most} items allowed [json-pointer:{limit.pointer}]"
    ]


@pytest.mark.parametrize("limit", VIEWS, ids=named)
def test_one_more_in_a_view_is_refused(limit: Limit) -> None:
    """As `views.open` answers: invalid_arguments, with the place."""
    with pytest.raises(BlockKitError) as raised:
        checked_modal(limit.make(limit.most + 1))
    assert raised.value.code == "invalid_arguments"
    assert [problem.pointer for problem in raised.value.problems] == [limit.pointer]


@pytest.mark.parametrize("limit", [limit for limit in TEXTS if limit.name not in MAY_BE_EMPTY], ids=named)
def test_an_empty_text_is_refused(limit: Limit) -> None:
    """Slack takes no text without a character, wherever one stands."""
    with pytest.raises(BlockKitError) as raised:
        checked_blocks(limit.make(0))
    assert [str(problem) for problem in raised.value.problems] == [
        f"must be more than 0 characters [json-pointer:{limit.pointer}]"
    ]
