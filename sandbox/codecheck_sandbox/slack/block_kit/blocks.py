"""Layout blocks.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from codecheck_sandbox.slack.block_kit.elements import Accessory, Element, ImageElement, InputElement
from codecheck_sandbox.slack.block_kit.objects import (
    FieldText,
    Identifier,
    Mrkdwn,
    Part,
    PlainText,
    PlainText150,
    PlainText2000,
    Text,
    Url,
)


class Section(Part):
    """Text, or fields in two columns, with at most one element beside it."""

    type: Literal["section"]
    block_id: Identifier | None = None
    text: Text | None = None
    fields: list[FieldText] | None = Field(default=None, min_length=1, max_length=10)
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.text is None and self.fields is None:
            raise PydanticCustomError("text_or_fields", "missing required field: text or fields")
        return self


class Header(Part):
    """A heading in bold."""

    type: Literal["header"]
    block_id: Identifier | None = None
    text: PlainText150


class Divider(Part):
    """A line."""

    type: Literal["divider"]
    block_id: Identifier | None = None


class Context(Part):
    """Small print."""

    type: Literal["context"]
    block_id: Identifier | None = None
    elements: list[Annotated[PlainText | Mrkdwn | ImageElement, Field(discriminator="type")]] = Field(
        min_length=1, max_length=10
    )


class Actions(Part):
    """A row of buttons and menus."""

    type: Literal["actions"]
    block_id: Identifier | None = None
    elements: list[Element] = Field(min_length=1, max_length=25)


class Input(Part):
    """A labelled field."""

    type: Literal["input"]
    block_id: Identifier | None = None
    label: PlainText2000
    element: InputElement
    hint: PlainText2000 | None = None
    optional: bool | None = None


class Image(Part):
    """A picture."""

    type: Literal["image"]
    block_id: Identifier | None = None
    image_url: Url
    alt_text: str = Field(min_length=1, max_length=2000)
    title: PlainText2000 | None = None


Block = Annotated[
    Section | Header | Divider | Context | Actions | Input | Image,
    Field(discriminator="type"),
]


def interactive_elements(block: Block) -> list[Element]:
    """The buttons and menus of one block, in the order of the screen, without the element of an input."""
    match block:
        case Actions():
            return block.elements
        case Section(accessory=accessory) if accessory is not None and not isinstance(accessory, ImageElement):
            return [accessory]
        case _:
            return []
