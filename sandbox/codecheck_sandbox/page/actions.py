"""What people do on the page, as the browser sends it: one class for each action."""

import asyncio
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.slack import Answer, HomeTab, Message, View


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str  # the user's ID


class Types(_Action):
    """A message or a slash command, typed in a conversation or one of its threads."""

    act: Literal["types"]
    channel: str
    text: str = Field(min_length=1, max_length=4000)
    thread: str | None = None

    async def perform(self, stage: Stage) -> Answer:
        """Type it."""
        thread = None if self.thread is None else stage.message(self.channel, self.thread)
        return await stage.person(self.by).types(self.text, in_=stage.channel(self.channel), thread=thread)


class Presses(_Action):
    """A press of a message's button."""

    act: Literal["presses"]
    channel: str
    ts: str
    action_id: str

    async def perform(self, stage: Stage) -> Answer:
        """Press it."""
        return await _press(stage, self.by, self.action_id, stage.message(self.channel, self.ts))


class OpensHome(_Action):
    """The app's Home tab, opened."""

    act: Literal["opens_home"]

    async def perform(self, stage: Stage) -> Answer:
        """Open it."""
        stage.person(self.by).opens_home()
        return Answer()


class PressesInView(_Action):
    """A press of a button of a modal or of the Home tab."""

    act: Literal["presses_in_view"]
    view: str
    action_id: str

    async def perform(self, stage: Stage) -> Answer:
        """Press it."""
        home = stage.person(self.by).home
        on = home if home is not None and home.id == self.view else stage.view(self.view)
        return await _press(stage, self.by, self.action_id, on)


class Submits(_Action):
    """A submitted modal, with the values by the block_id of each input."""

    act: Literal["submits"]
    view: str
    values: dict[str, str]

    async def perform(self, stage: Stage) -> Answer:
        """Submit it."""
        return await stage.person(self.by).submits(self.values, view=stage.view(self.view))


class Closes(_Action):
    """A closed modal."""

    act: Literal["closes"]
    view: str

    async def perform(self, stage: Stage) -> Answer:
        """Close it."""
        await stage.person(self.by).closes(stage.view(self.view))
        return Answer()


Action = Types | Presses | OpensHome | PressesInView | Submits | Closes
ACTION: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="act")])


async def _press(stage: Stage, by: str, action_id: str, on: Message | View | HomeTab) -> Answer:
    """One click, or two at the same moment if the switch is set."""
    person, clicks = stage.person(by), 2 if stage.troubles.take_double_click() else 1
    first, *_ = await asyncio.gather(*(person.presses(action_id, on=on) for _ in range(clicks)))
    return first
