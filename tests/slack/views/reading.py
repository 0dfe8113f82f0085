"""A message as a person reads it, for golden tests: every block, button and marker of it, a line each."""

import html
import re
from collections.abc import Mapping

from bot.slack.views.layout import Layout, drawn
from bot.slack.views.message import Block, Message

_DATE = re.compile(r"<!date\^(\d+)\^([^|]+)\|[^>]*?(\d\d:\d\d:\d\d) UTC>")
_LINK = re.compile(r"<(?:https?://[^|>]*)\|([^>]*)>")


def transcript(message: Message) -> str:
    """The blocks, in order: small print behind `·`, buttons in brackets with their action, the red one in capitals."""
    return "\n".join(line for block in message.blocks for line in _lines(block))


def golden(layouts: Mapping[str, Layout]) -> str:
    """All of them, each under its name: what a golden file holds."""
    return "\n\n".join(f"== {name}\n{transcript(drawn(layout))}" for name, layout in layouts.items()) + "\n"


def words(message: Message, *, small_print: bool) -> int:
    """How many words the person sees: a mention, a time, an ID and what stands on a button count as they read."""
    seen = [line for block in message.blocks for line in _lines(block) if small_print or not line.startswith("· ")]
    text = " ".join(seen)
    text = _LINK.sub(r"\1", _DATE.sub("10:47", text))
    text = re.sub(r"\(deletion\.\w+\)", "", text)
    return len([word for word in re.findall(r"\S+", html.unescape(text)) if re.search(r"\w", word)])


def _lines(block: Block) -> list[str]:
    match block["type"]:
        case "section":
            return str(block["text"]["text"]).split("\n")
        case "context":
            return [f"· {line}" for element in block["elements"] for line in element["text"].split("\n")]
        case "actions":
            return ["  ".join(map(_button, block["elements"]))]
        case other:
            raise AssertionError(other)


def _button(element: dict[str, object]) -> str:
    label = element["text"]["text"]  # type: ignore[index]  # a plain_text object
    red = " RED" if element.get("style") == "danger" else ""
    return f"[{label}]{red} ({element['action_id']})"
