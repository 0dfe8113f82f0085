"""JSON -> checked blocks or view, or an error in Slack's words: what is wrong, and a JSON pointer to it."""

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from codecheck_sandbox.slack.block_kit.blocks import Actions, Block, Input, Section, interactive_elements
from codecheck_sandbox.slack.block_kit.elements import ImageElement
from codecheck_sandbox.slack.block_kit.views import Home, Modal

LARGEST_HOME = 250_000  # bytes of JSON
MOST_CHARACTERS = 13_200  # over all blocks of a message: undocumented, measured in bolt-js#2509

_View = TypeVar("_View", Modal, Home)

_MESSAGE_BLOCKS = TypeAdapter(Annotated[list[Block], Field(max_length=50)])
_TYPES = frozenset(  # pydantic names the member of a union in an error's path; a JSON pointer does not
    {
        *("section", "header", "divider", "context", "actions", "input", "image"),
        *("button", "static_select", "plain_text_input"),
        *("plain_text", "mrkdwn"),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why Slack refuses a payload.

    Args:
        what: in Slack's words.
        pointer: where, as a JSON pointer from the arguments' root (`/blocks/0/text/text`).
    """

    what: str
    pointer: str

    def __str__(self) -> str:
        """The text as in `response_metadata.messages`."""
        return f"{self.what} [json-pointer:{self.pointer}]"


class BlockKitError(Exception):
    """Slack refuses these blocks or this view.

    Args:
        code: Slack's error code.
        problems: everything that is wrong.
    """

    def __init__(self, code: str, problems: Sequence[Problem]) -> None:
        super().__init__(f"{code}: {'; '.join(map(str, problems))}")
        self.code = code
        self.problems = tuple(problems)


def checked_blocks(blocks: JsonValue) -> list[Block]:
    """Check the blocks of a message, and add missing IDs, as Slack does.

    Raises:
        BlockKitError: `invalid_blocks_format`, `invalid_blocks` or `msg_blocks_too_long`.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise BlockKitError("invalid_blocks_format", [Problem("must be an array of objects", "/blocks")])
    try:
        parsed = _MESSAGE_BLOCKS.validate_python(blocks)
    except ValidationError as error:
        raise BlockKitError("invalid_blocks", _problems(error, "/blocks")) from None
    if problems := list(_repeated_ids(parsed, "/blocks")):
        raise BlockKitError("invalid_blocks", problems)
    return [_with_ids(block) for block in parsed]


def check_total_length(blocks: Sequence[Block]) -> None:
    """Check the length of all texts together against the limit of `chat.postMessage` and `chat.update`.

    Raises:
        BlockKitError: `msg_blocks_too_long`.
    """
    total = sum(len(text) for block in blocks for text in _texts(block.model_dump(exclude_none=True)))
    if total > MOST_CHARACTERS:
        raise BlockKitError(
            "msg_blocks_too_long",
            [Problem(f"{total} characters over all blocks, more than about {MOST_CHARACTERS}", "/blocks")],
        )


def checked_modal(view: JsonValue) -> Modal:
    """Check a modal, and add missing IDs to its blocks.

    Raises:
        BlockKitError: `invalid_arguments`, as `views.open` answers.
    """
    return _checked_modal(view, Modal)


def checked_home(view: JsonValue) -> Home:
    """Check a Home tab in the same way.

    Raises:
        BlockKitError: `invalid_arguments`, or `view_too_large` if it has more than 250 KB.
    """
    if len(json.dumps(view)) > LARGEST_HOME:
        raise BlockKitError("view_too_large", [Problem(f"more than {LARGEST_HOME} bytes", "/view")])
    return _checked_modal(view, Home)


def _checked_modal(view: JsonValue, kind: type[_View]) -> _View:
    if not isinstance(view, dict):
        raise BlockKitError("invalid_arguments", [Problem("must be an object", "/view")])
    try:
        checked = kind.model_validate(view)
    except ValidationError as error:
        raise BlockKitError("invalid_arguments", _problems(error, "/view")) from None
    if problems := list(_repeated_ids(checked.blocks, "/view/blocks")):
        raise BlockKitError("invalid_arguments", problems)
    return checked.model_copy(update={"blocks": [_with_ids(block) for block in checked.blocks]})


def _problems(error: ValidationError, root: str) -> list[Problem]:
    return [Problem(_in_slacks_words(detail), root + _pointer(detail)) for detail in error.errors(include_url=False)]


def _pointer(detail: ErrorDetails) -> str:
    steps = [step for step in detail["loc"] if step not in _TYPES]
    if detail["type"] in {"missing", "extra_forbidden"}:
        steps.pop()  # the name of the key is in the words
    return "".join(f"/{step}" for step in steps)


def _in_slacks_words(detail: ErrorDetails) -> str:
    limits = detail.get("ctx", {})
    name = detail["loc"][-1] if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return f"missing required field: {name}"
        case "extra_forbidden":
            return f"invalid additional property: {name}"
        case "string_too_long":
            return f"must be less than {limits['max_length'] + 1} characters"
        case "string_too_short":
            return f"must be more than {limits['min_length'] - 1} characters"
        case "too_long":
            return f"no more than {limits['max_length']} items allowed"
        case "too_short":
            return f"no fewer than {limits['min_length']} items allowed"
        case "union_tag_invalid":
            return f"unsupported type: {limits['tag']}"
        case "union_tag_not_found":
            return "missing required field: type"
        case "literal_error":
            return f"must be one of {limits['expected']}"
        case _:
            return detail["msg"]


def _repeated_ids(blocks: Sequence[Block], root: str) -> Iterator[Problem]:
    """Block IDs are unique in the message or view, action IDs in their block."""
    yield from _repeated("block_id", ((block.block_id, f"{root}/{place}") for place, block in enumerate(blocks)))
    for place, block in enumerate(blocks):
        yield from _repeated(
            "action_id",
            (
                (element.action_id, f"{root}/{place}/elements/{column}")
                for column, element in enumerate(interactive_elements(block))
            ),
        )


def _repeated(key: str, named: Iterable[tuple[str | None, str]]) -> Iterator[Problem]:
    seen = set[str]()
    for name, pointer in named:
        if name is not None and name in seen:
            yield Problem(f"`{key}` {name} already exists", f"{pointer}/{key}")
        seen.add(name or "")


def _with_ids(block: Block) -> Block:
    changes: dict[str, object] = {}
    if block.block_id is None:
        changes["block_id"] = _new_id()
    match block:
        case Actions(elements=elements):
            changes["elements"] = [element.model_copy(update=_action_id(element.action_id)) for element in elements]
        case Input(element=element):
            changes["element"] = element.model_copy(update=_action_id(element.action_id))
        case Section(accessory=accessory) if accessory is not None and not isinstance(accessory, ImageElement):
            changes["accessory"] = accessory.model_copy(update=_action_id(accessory.action_id))
        case _:
            pass
    return block.model_copy(update=changes)


def _action_id(given: str | None) -> dict[str, str]:
    return {"action_id": given or _new_id()}


def _new_id() -> str:
    return secrets.token_urlsafe(4)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") in {"plain_text", "mrkdwn"}:
            yield str(value["text"])
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
