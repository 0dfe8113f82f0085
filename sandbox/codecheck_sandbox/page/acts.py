"""What the people of the page do, as it comes in from the browser."""

import asyncio
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.slack import Answer, Channel, Message, NotPossibleError, Person, View


class _Act(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    by: str  # the user's ID


class Types(_Act):
    """A message or a slash command, in a conversation or a thread of it."""

    act: Literal["types"]
    channel: str
    text: str = Field(min_length=1, max_length=4000)
    thread: str | None = None


class Presses(_Act):
    """A button of a message."""

    act: Literal["presses"]
    channel: str
    ts: str
    action_id: str


class PressesInView(_Act):
    """A button of a modal."""

    act: Literal["presses_in_view"]
    view: str
    action_id: str


class Submits(_Act):
    """A modal, with what was filled in, by the block_id of each input."""

    act: Literal["submits"]
    view: str
    values: dict[str, str]


class Closes(_Act):
    """A modal."""

    act: Literal["closes"]
    view: str


Action = Types | Presses | PressesInView | Submits | Closes
ACT: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="act")])


async def perform(stage: Stage, act: Action) -> Answer:
    """Let a person do something.

    Returns:
        What they see at once.

    Raises:
        NotPossibleError: Slack's client would not let them.
    """
    person = stage.person(act.by)
    if person is None:
        raise NotPossibleError(f"there is nobody with the ID {act.by}")
    match act:
        case Types(channel=channel, text=text, thread=thread):
            where = _channel(stage, channel)
            return await person.types(text, in_=where, thread=None if thread is None else _message(where, thread))
        case Presses(channel=channel, ts=ts, action_id=action_id):
            return await _press(stage, person, action_id, _message(_channel(stage, channel), ts))
        case PressesInView(view=view, action_id=action_id):
            return await _press(stage, person, action_id, _view(stage, view))
        case Submits(view=view, values=values):
            return await person.submits(values, view=_view(stage, view))
        case Closes(view=view):
            await person.closes(_view(stage, view))
            return Answer()
        case _:
            assert_never(act)


async def _press(stage: Stage, person: Person, action_id: str, on: Message | View) -> Answer:
    """One click; or two at the same moment, where that is asked for."""
    clicks = 2 if stage.troubles.take_double_click() else 1
    first, *_ = await asyncio.gather(*(person.presses(action_id, on=on) for _ in range(clicks)))
    return first


def _channel(stage: Stage, channel_id: str) -> Channel:
    channel = stage.world.slack.workspace.channels.get(channel_id)
    if channel is None:
        raise NotPossibleError(f"there is no conversation {channel_id}")
    return channel


def _message(channel: Channel, ts: str) -> Message:
    message = channel.message(ts)
    if message is None:
        raise NotPossibleError("the message has gone")
    return message


def _view(stage: Stage, view_id: str) -> View:
    view = stage.world.slack.workspace.view(view_id)
    if view is None:
        raise NotPossibleError("the modal has been closed")
    return view
