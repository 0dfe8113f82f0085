"""Composition objects: texts (one class for each maximum length), confirm dialogs, options.

Limits: https://docs.slack.dev/reference/block-kit/composition-objects
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(min_length=1, max_length=255)]  # action_id, block_id, callback_id, external_id
Url = Annotated[str, Field(min_length=1, max_length=3000)]
Style = Literal["primary", "danger"]


class Part(BaseModel):
    """A piece of Block Kit: types are checked strictly, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PlainText(Part):
    """A plain_text object of at most 3000 characters."""

    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3000)
    emoji: bool | None = None


class Mrkdwn(Part):
    """A mrkdwn object of at most 3000 characters."""

    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3000)
    verbatim: bool | None = None


class PlainText24(PlainText):
    """A modal's title, submit or close."""

    text: str = Field(min_length=1, max_length=24)


class PlainText30(PlainText):
    """A button of a confirm dialog."""

    text: str = Field(min_length=1, max_length=30)


class PlainText75(PlainText):
    """A button's or an option's label."""

    text: str = Field(min_length=1, max_length=75)


class PlainText100(PlainText):
    """A confirm dialog's title."""

    text: str = Field(min_length=1, max_length=100)


class PlainText150(PlainText):
    """A header or a placeholder."""

    text: str = Field(min_length=1, max_length=150)


class PlainText300(PlainText):
    """A confirm dialog's text."""

    text: str = Field(min_length=1, max_length=300)


class PlainText2000(PlainText):
    """A section's field, an input's label or hint, an image's title."""

    text: str = Field(min_length=1, max_length=2000)


class Mrkdwn2000(Mrkdwn):
    """A section's field."""

    text: str = Field(min_length=1, max_length=2000)


Text = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]
FieldText = Annotated[PlainText2000 | Mrkdwn2000, Field(discriminator="type")]


class Confirm(Part):
    """A dialog that the client shows before it sends a click; the server does not check it."""

    title: PlainText100
    text: PlainText300
    confirm: PlainText30
    deny: PlainText30
    style: Style | None = None


class Option(Part):
    """One choice of a select."""

    text: PlainText75
    value: str = Field(min_length=1, max_length=150)
    description: PlainText75 | None = None
