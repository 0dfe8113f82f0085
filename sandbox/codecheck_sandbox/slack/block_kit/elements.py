"""Elements: what a person can press, choose, type or look at inside a block.

Limits: https://docs.slack.dev/reference/block-kit/block-elements
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from codecheck_sandbox.slack.block_kit.objects import (
    Confirm,
    Identifier,
    Option,
    Part,
    PlainText75,
    PlainText150,
    Style,
    Url,
)


class Button(Part):
    """A button; a click sends its `value`."""

    type: Literal["button"]
    text: PlainText75
    action_id: Identifier | None = None
    url: Url | None = None
    value: str | None = Field(default=None, max_length=2000)
    style: Style | None = None
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(default=None, max_length=75)


class StaticSelect(Part):
    """A menu with its own options."""

    type: Literal["static_select"]
    action_id: Identifier | None = None
    options: list[Option] = Field(min_length=1, max_length=100)
    initial_option: Option | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None
    placeholder: PlainText150 | None = None

    @model_validator(mode="after")
    def _starts_with_one_of_its_options(self) -> Self:
        if self.initial_option is not None and self.initial_option not in self.options:
            raise PydanticCustomError("initial_option", "initial_option is not one of the options")
        return self


class PlainTextInput(Part):
    """A field to type in."""

    type: Literal["plain_text_input"]
    action_id: Identifier | None = None
    initial_value: str | None = None
    multiline: bool | None = None
    min_length: int | None = Field(default=None, ge=0, le=3000)
    max_length: int | None = Field(default=None, ge=1, le=3000)
    focus_on_load: bool | None = None
    placeholder: PlainText150 | None = None


class ImageElement(Part):
    """A small picture."""

    type: Literal["image"]
    image_url: Url
    alt_text: str = Field(min_length=1, max_length=2000)


Element = Annotated[Button | StaticSelect, Field(discriminator="type")]
Accessory = Annotated[Button | StaticSelect | ImageElement, Field(discriminator="type")]
InputElement = Annotated[PlainTextInput | StaticSelect, Field(discriminator="type")]
