"""The switches of the panels beside the conversation."""

from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from codecheck_sandbox.page.answers import OFFERS
from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.slack import Channel, Message, NotPossibleError
from codecheck_sandbox.slack.block_kit import BlockKitError, checked_blocks, checked_modal
from codecheck_sandbox.slack.block_kit.checking import check_total_length


class _Control(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerNext(_Control):
    """CodeArts Check answers the next request so; without an offer, everything as usual again."""

    control: Literal["answer_next"]
    to: Literal["DELETE", "GET"] = "DELETE"
    offer: str | None = None


class FailNext(_Control):
    """The next call of Slack meets a fault."""

    control: Literal["fail_next"]
    target: str
    fault: str


class SlackSwitch(_Control):
    """Slack goes away or comes back; the next act is delivered or clicked twice."""

    control: Literal["slack"]
    switch: Literal["down", "up", "redeliver", "double_click"]


class Membership(_Control):
    """The bot is removed from a conversation, or invited."""

    control: Literal["membership"]
    channel: str
    member: bool


class Process(_Control):
    """A replica or Redis is started or stopped; replicas by SIGKILL."""

    control: Literal["process"]
    name: str
    running: bool


class Time(_Control):
    """Time passes, for Redis and for Slack."""

    control: Literal["time"]
    seconds: int = Field(ge=1, le=7 * 86_400)


class TryBlocks(_Control):
    """Blocks or a modal as if the bot had sent them: shown, or refused with the reason."""

    control: Literal["try_blocks"]
    by: str
    channel: str
    payload: JsonValue


Control = AnswerNext | FailNext | SlackSwitch | Membership | Process | Time | TryBlocks
CONTROL: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="control")])


async def switch(stage: Stage, control: Control) -> None:
    """Do what a panel asks for.

    Raises:
        NotPossibleError: it makes no sense as things stand; the text says why.
        RuntimeError: a process does not start; the text holds its log.
    """
    match control:
        case AnswerNext(to=to, offer=offer):
            _answer_next(stage, to, offer)
        case FailNext(target=target, fault=fault):
            stage.troubles.fail_next(target, fault)
        case SlackSwitch(switch=wanted):
            await _switch_slack(stage, wanted)
        case Membership(channel=channel, member=member):
            where = _channel(stage, channel)
            (stage.world.slack.add_bot if member else stage.world.slack.remove_bot)(where)
        case Process(name=name, running=running):
            await _switch_process(stage, name, running=running)
        case Time(seconds=seconds):
            await stage.redis.let_time_pass(seconds)
            stage.world.slack.clock.advance(seconds)
        case TryBlocks():
            _try_blocks(stage, control)
        case _:
            assert_never(control)


def _answer_next(stage: Stage, to: Literal["DELETE", "GET"], offer: str | None) -> None:
    if offer is None:
        stage.world.codearts.answer_as_usual()
    else:
        stage.world.codearts.next_answer(OFFERS[offer].fault, to=to)


async def _switch_slack(stage: Stage, wanted: Literal["down", "up", "redeliver", "double_click"]) -> None:
    match wanted:
        case "down":
            await stage.troubles.go_down()
        case "up":
            stage.troubles.end_all()
        case "redeliver":
            stage.world.slack.faults.redeliver_next()
        case "double_click":
            stage.troubles.double_click = True


async def _switch_process(stage: Stage, name: str, *, running: bool) -> None:
    if name == "redis":
        await (stage.redis.start() if running else stage.redis.stop())
    elif name not in stage.replicas.processes:
        raise NotPossibleError(f"there is no process {name!r}")
    else:
        await (stage.replicas.start(name) if running else stage.replicas.kill(name))


def _try_blocks(stage: Stage, control: TryBlocks) -> None:
    workspace, bot = stage.world.slack.workspace, stage.world.slack.installation.bot_user
    if stage.person(control.by) is None:
        raise NotPossibleError(f"there is nobody with the ID {control.by}")
    channel, payload = _channel(stage, control.channel), control.payload
    try:
        if isinstance(payload, dict) and payload.get("type") == "modal":
            workspace.open_view(control.by, checked_modal(payload))
            return
        blocks = checked_blocks(payload["blocks"] if isinstance(payload, dict) and "blocks" in payload else payload)
        check_total_length(blocks)
        workspace.post(Message(channel=channel.id, user=bot, text="(tried out)", blocks=blocks))
    except BlockKitError as error:
        workspace.refuse(channel.id, bot, error)


def _channel(stage: Stage, channel_id: str) -> Channel:
    channel = stage.world.slack.workspace.channels.get(channel_id)
    if channel is None:
        raise NotPossibleError(f"there is no conversation {channel_id}")
    return channel
