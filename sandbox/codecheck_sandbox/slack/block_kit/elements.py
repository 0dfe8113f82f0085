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
    OptionGroup,
    Part,
    PlainText75,
    PlainText150,
    Style,
    Url,
)


class Button(Part):
    """A button; its `value` comes back in the click."""

    type: Literal["button"]
    text: PlainText75
    action_id: Identifier | None = None
    url: Url | None = None
    value: str | None = Field(default=None, max_length=2000)
    style: Style | None = None
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(default=None, max_length=75)


class StaticSelect(Part):
    """A menu with options of its own."""

    type: Literal["static_select"]
    action_id: Identifier | None = None
    options: list[Option] | None = Field(default=None, min_length=1, max_length=100)
    option_groups: list[OptionGroup] | None = Field(default=None, min_length=1, max_length=100)
    initial_option: Option | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None
    placeholder: PlainText150 | None = None

    @model_validator(mode="after")
    def _has_one_kind_of_options(self) -> Self:
        if (self.options is None) == (self.option_groups is None):
            raise PydanticCustomError("options", "exactly one of options and option_groups is required")
        return self

    @model_validator(mode="after")
    def _starts_with_one_of_its_options(self) -> Self:
        groups = self.option_groups or []
        choices = [*(self.options or []), *(option for group in groups for option in group.options)]
        if self.initial_option is not None and self.initial_option not in choices:
            raise PydanticCustomError("initial_option", "initial_option is not one of the options")
        return self


class ExternalSelect(Part):
    """A menu whose options the app is asked for."""

    type: Literal["external_select"]
    action_id: Identifier | None = None
    initial_option: Option | None = None
    min_query_length: int | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None
    placeholder: PlainText150 | None = None


class UsersSelect(Part):
    """A menu of the people in the workspace."""

    type: Literal["users_select"]
    action_id: Identifier | None = None
    initial_user: str | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None
    placeholder: PlainText150 | None = None


class DispatchActionConfig(Part):
    """When an input sends block_actions while it is being typed in."""

    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]] = Field(min_length=1)


class PlainTextInput(Part):
    """A field to type in."""

    type: Literal["plain_text_input"]
    action_id: Identifier | None = None
    initial_value: str | None = None
    multiline: bool | None = None
    min_length: int | None = Field(default=None, ge=0, le=3000)
    max_length: int | None = Field(default=None, ge=1, le=3000)
    dispatch_action_config: DispatchActionConfig | None = None
    focus_on_load: bool | None = None
    placeholder: PlainText150 | None = None


class ImageElement(Part):
    """A small picture."""

    type: Literal["image"]
    image_url: Url
    alt_text: str = Field(min_length=1, max_length=2000)


Select = StaticSelect | ExternalSelect | UsersSelect
Element = Annotated[Button | Select, Field(discriminator="type")]
Accessory = Annotated[Button | Select | ImageElement, Field(discriminator="type")]
InputElement = Annotated[PlainTextInput | Select, Field(discriminator="type")]
