"""What slack_sdk lets through and Slack refuses is refused here, with what is wrong and where."""

import pytest
from pydantic import JsonValue
from slack_sdk.models.blocks import Block

from codecheck_sandbox.slack.block_kit import BlockKitError, checked_blocks, checked_modal
from codecheck_sandbox.slack.block_kit.blocks import Actions
from tests.sandbox.slack.block_kit.test_limits import (
    actions,
    button,
    confirm,
    field,
    modal,
    mrkdwn,
    option,
    plain,
    select,
)

WRONG: dict[str, tuple[JsonValue, str]] = {
    "an unknown block": ([{"type": "alert"}], "unsupported type: alert [json-pointer:/blocks/0]"),
    "a block without a type": ([{}], "missing required field: type [json-pointer:/blocks/0]"),
    "an unknown element": (actions({"type": "knob"}), "unsupported type: knob [json-pointer:/blocks/0/elements/0]"),
    "an unknown key": (
        [{"type": "divider", "colour": "red"}],
        "invalid additional property: colour [json-pointer:/blocks/0]",
    ),
    "mrkdwn in a button": (
        actions(button(text=mrkdwn(1))),
        "must be one of 'plain_text' [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    "mrkdwn in a confirm dialog": (
        confirm(text=mrkdwn(1)),
        "must be one of 'plain_text' [json-pointer:/blocks/0/elements/0/confirm/text/type]",
    ),
    "mrkdwn in a header": (
        [{"type": "header", "text": mrkdwn(1)}],
        "must be one of 'plain_text' [json-pointer:/blocks/0/text/type]",
    ),
    "an unknown style": (
        actions(button(style="warning")),
        "must be one of 'primary' or 'danger' [json-pointer:/blocks/0/elements/0/style]",
    ),
    "a section that says nothing": (
        [{"type": "section"}],
        "missing required field: text or fields [json-pointer:/blocks/0]",
    ),
    "no fields": (
        [{"type": "section", "fields": []}],
        "no fewer than 1 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "no elements": (actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    "a text that is a bare string": (
        [{"type": "header", "text": "Hello"}],
        "Input should be a valid dictionary or instance of PlainText150 [json-pointer:/blocks/0/text]",
    ),
    "a value that is a number": (
        actions(button(value=7)),
        "Input should be a valid string [json-pointer:/blocks/0/elements/0/value]",
    ),
    "a number that is a text": (
        field(element={"type": "plain_text_input", "max_length": "1"}),
        "Input should be a valid integer [json-pointer:/blocks/0/element/max_length]",
    ),
    "a button without a text": (
        actions({"type": "button"}),
        "missing required field: text [json-pointer:/blocks/0/elements/0]",
    ),
    "a block_id twice": (
        [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
        "`block_id` b already exists [json-pointer:/blocks/1/block_id]",
    ),
    "an action_id twice in a block": (
        actions(button(action_id="a"), button(action_id="a")),
        "`action_id` a already exists [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    "an initial option that is none": (
        select(initial_option=option(value=2)),
        "initial_option is not one of the options [json-pointer:/blocks/0/elements/0]",
    ),
    "a menu without options": (
        actions({"type": "static_select"}),
        "missing required field: options [json-pointer:/blocks/0/elements/0]",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_slack_refuses(name: str) -> None:
    """One fault, told once, at its place."""
    blocks, told = WRONG[name]
    with pytest.raises(BlockKitError) as raised:
        checked_blocks(blocks)
    assert raised.value.code == "invalid_blocks"
    assert [str(problem) for problem in raised.value.problems] == [told]


@pytest.mark.parametrize("blocks", ["[]", {"type": "divider"}, ["divider"], 7])
def test_blocks_are_an_array_of_objects(blocks: JsonValue) -> None:
    """Anything else is no format at all."""
    with pytest.raises(BlockKitError, match="invalid_blocks_format"):
        checked_blocks(blocks)


def test_every_fault_is_told() -> None:
    """Two faults, two problems."""
    with pytest.raises(BlockKitError) as raised:
        checked_blocks([{"type": "divider", "colour": "red"}, {"type": "header", "text": plain(151)}])
    assert [problem.pointer for problem in raised.value.problems] == ["/blocks/0", "/blocks/1/text/text"]


def test_the_same_action_id_may_stand_in_two_blocks() -> None:
    """Action IDs are unique in their block only."""
    assert checked_blocks(actions(button(action_id="a")) + actions(button(action_id="a")))


def test_an_input_needs_a_submit_button() -> None:
    """A view with an input and no `submit` could not be sent."""
    with pytest.raises(BlockKitError, match=r"missing required field: submit .*json-pointer:/view\]"):
        checked_modal(modal(blocks=field()))
    assert checked_modal(modal(blocks=field(), submit=plain(1))).inputs


def test_ids_in_a_view_are_unique_too() -> None:
    """With a pointer into the view."""
    with pytest.raises(BlockKitError, match="json-pointer:/view/blocks/1/block_id"):
        checked_modal(modal(blocks=[{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}]))


@pytest.mark.parametrize("view", [None, "{}", [], {"type": "home", "blocks": []}])
def test_a_view_is_a_modal(view: JsonValue) -> None:
    """Nothing else can be opened."""
    with pytest.raises(BlockKitError, match="invalid_arguments"):
        checked_modal(view)


def test_ids_that_are_left_out_are_made_up() -> None:
    """Slack gives every block and every interactive element an ID of its own."""
    first, second = checked_blocks(actions(button(), button()) + actions(button(action_id="kept")))
    assert isinstance(first, Actions)
    assert isinstance(second, Actions)
    assert first.block_id != second.block_id
    assert len({element.action_id for element in first.elements}) == 2
    assert second.elements[0].action_id == "kept"


EVERYTHING: list[JsonValue] = [
    {"type": "header", "text": {"type": "plain_text", "text": "Delete?", "emoji": True}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "*sure*", "verbatim": True},
        "fields": [plain(1), mrkdwn(1)],
    },
    {"type": "section", "text": plain(1), "accessory": button()},
    {"type": "section", "text": plain(1), "accessory": {"type": "image", "image_url": "https://i", "alt_text": "i"}},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn(1), {"type": "image", "image_url": "https://i", "alt_text": "i"}]},
    {
        "type": "actions",
        "elements": [
            button(action_id="a", value="v", style="danger"),
            {"type": "static_select", "placeholder": plain(1), "options": [option()]},
        ],
    },
    {"type": "image", "image_url": "https://i", "alt_text": "i", "title": plain(1)},
    {"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "multiline": True}, "optional": True},
]


def test_what_slack_accepts_is_accepted_and_given_back_as_it_came() -> None:
    """One of every block and element; beside the IDs made up, nothing is added or lost."""

    def without_ids(value: object) -> object:
        if isinstance(value, dict):
            return {key: without_ids(inner) for key, inner in value.items() if key not in {"block_id", "action_id"}}
        return [without_ids(inner) for inner in value] if isinstance(value, list) else value

    accepted = [block.model_dump(exclude_none=True) for block in checked_blocks(EVERYTHING)]
    assert without_ids(accepted) == without_ids(EVERYTHING)


def test_slacks_own_client_takes_them_as_well() -> None:
    """What is accepted here passes the checks of slack_sdk, so neither asks for what the other refuses."""
    for block in checked_blocks(EVERYTHING):
        parsed = Block.parse(block.model_dump(exclude_none=True))
        assert parsed is not None
        parsed.validate_json()
