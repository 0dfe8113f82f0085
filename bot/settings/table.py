"""What all settings have in common."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class Computed:
    """A default that is computed, in words."""

    words: str


class Table(BaseModel):
    """Settings, checked once and frozen. What is not a setting is refused, and no error quotes a value."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
