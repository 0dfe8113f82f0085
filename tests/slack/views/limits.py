"""Whether Slack would take a message: the published limits, and those that slack_sdk's models miss."""

from collections.abc import Iterator
from itertools import chain

from slack_sdk.models.blocks import Block

from bot.slack.views.message import Message

TEXT, BLOCKS, ALL_BLOCKS, SECTION, BUTTON, VALUE = 40_000, 50, 13_200, 3_000, 75, 2_000


def check(message: Message) -> None:
    """Assert that Slack would take `message`."""
    assert 0 < len(message.text) <= TEXT
    assert message.text.strip()
    assert 0 < len(message.blocks) <= BLOCKS
    for block in message.blocks:
        parsed = Block.parse(dict(block))
        assert parsed is not None
        parsed.to_dict()  # raises if the models find fault
    assert sum(len(text) for text in texts(message)) <= ALL_BLOCKS
    for text in texts(message):
        assert 0 < len(text) <= SECTION
        assert text.strip()
    actions = list(chain.from_iterable(block["elements"] for block in message.blocks if block["type"] == "actions"))
    assert len({action["action_id"] for action in actions}) == len(actions) <= 25
    for action in actions:
        assert action["text"]["type"] == "plain_text"
        assert len(action["text"]["text"]) <= BUTTON
        assert len(action["accessibility_label"]) <= BUTTON
        assert len(action["value"]) <= VALUE


def texts(message: Message) -> Iterator[str]:
    """Every text in the blocks that Slack reads as markup."""
    for block in message.blocks:
        match block["type"]:
            case "section":
                assert block["text"]["verbatim"] is True
                yield block["text"]["text"]
            case "context":
                yield from (element["text"] for element in block["elements"])
            case "actions":
                pass
            case other:
                raise AssertionError(other)
