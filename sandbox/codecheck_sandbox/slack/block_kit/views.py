"""Modal views and Home tabs.

Limits: https://docs.slack.dev/reference/views/modal-views and /home-tab-views
"""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from codecheck_sandbox.slack.block_kit.blocks import Block, Input
from codecheck_sandbox.slack.block_kit.objects import Identifier, Part, PlainText24


class Modal(Part):
    """A modal, from `views.open`, `views.update` or the acknowledgement of a view_submission."""

    type: Literal["modal"]
    title: PlainText24
    blocks: list[Block] = Field(max_length=100)
    close: PlainText24 | None = None
    submit: PlainText24 | None = None
    private_metadata: str | None = Field(default=None, max_length=3000)
    callback_id: Identifier | None = None
    external_id: Identifier | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
    submit_disabled: bool | None = None

    @model_validator(mode="after")
    def _an_input_can_be_submitted(self) -> Self:
        if self.submit is None and any(isinstance(block, Input) for block in self.blocks):
            raise PydanticCustomError("submit", "missing required field: submit (the view has an input block)")
        return self

    @property
    def inputs(self) -> list[Input]:
        """The input blocks, in the order of the screen."""
        return [block for block in self.blocks if isinstance(block, Input)]


class Home(Part):
    """A Home tab, from `views.publish`."""

    type: Literal["home"]
    blocks: list[Block] = Field(max_length=100)
    private_metadata: str | None = Field(default=None, max_length=3000)
    callback_id: Identifier | None = None
    external_id: Identifier | None = None
