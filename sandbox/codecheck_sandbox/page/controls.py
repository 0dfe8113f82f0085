"""The switches of the panels beside the conversation: one class for each."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from codecheck_sandbox.page.answers import OFFERS
from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.slack import Message, NotPossibleError
from codecheck_sandbox.slack.block_kit import BlockKitError, checked_blocks, checked_modal
from codecheck_sandbox.slack.block_kit.checking import check_total_length


class _Control(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerNext(_Control):
    """CodeArts Check answers the next request like this; without an offer, everything is as usual again."""

    control: Literal["answer_next"]
    to: Literal["DELETE", "GET"] = "DELETE"
    offer: str | None = None

    async def turn(self, stage: Stage) -> None:
        """Set it."""
        if self.offer is None:
            stage.world.codearts.answer_as_usual()
        else:
            stage.world.codearts.next_answer(OFFERS[self.offer].fault, to=self.to)


class ChangeTask(_Control):
    """A task changes while people look at it: a check starts or ends, or another branch is checked."""

    control: Literal["change_task"]
    task: str
    what: Literal["check", "branch"]

    async def turn(self, stage: Stage) -> None:
        """Change it."""
        codearts = stage.world.codearts
        task = codearts.tasks.get(self.task)
        if task is None:
            raise NotPossibleError(f"there is no task {self.task}")
        if self.what == "check":
            codearts.change(task.id, running=not task.running)
        else:
            codearts.change(task.id, branch="release" if task.branch != "release" else "main")


class FailNext(_Control):
    """The next call to Slack fails in some way."""

    control: Literal["fail_next"]
    target: str
    fault: str

    async def turn(self, stage: Stage) -> None:
        """Set it."""
        stage.troubles.fail_next(self.target, self.fault)


class SlackSwitch(_Control):
    """Slack goes down or comes back; the next action is delivered or clicked twice."""

    control: Literal["slack"]
    switch: Literal["down", "up", "redeliver", "double_click"]

    async def turn(self, stage: Stage) -> None:
        """Set it."""
        match self.switch:
            case "down":
                await stage.troubles.go_down()
            case "up":
                stage.troubles.end_all()
            case "redeliver":
                stage.world.slack.faults.redeliver_next()
            case "double_click":
                stage.troubles.double_click = True


class Membership(_Control):
    """The bot is removed from a conversation, or invited."""

    control: Literal["membership"]
    channel: str
    member: bool

    async def turn(self, stage: Stage) -> None:
        """Remove or invite it."""
        slack = stage.world.slack
        (slack.add_bot if self.member else slack.remove_bot)(stage.channel(self.channel))


class Process(_Control):
    """A replica or Redis is started or stopped (a replica by SIGKILL)."""

    control: Literal["process"]
    name: str
    running: bool

    async def turn(self, stage: Stage) -> None:
        """Start or stop it."""
        if self.name == "redis":
            await (stage.redis.start() if self.running else stage.redis.stop())
        elif self.name not in stage.replicas.processes:
            raise NotPossibleError(f"there is no process {self.name!r}")
        else:
            await (stage.replicas.start(self.name) if self.running else stage.replicas.kill(self.name))


class Time(_Control):
    """Time passes, for Redis and for Slack."""

    control: Literal["time"]
    seconds: int = Field(ge=1, le=7 * 86_400)

    async def turn(self, stage: Stage) -> None:
        """Let it pass."""
        await stage.redis.let_time_pass(self.seconds)
        stage.world.slack.clock.advance(self.seconds)


class TryBlocks(_Control):
    """Blocks or a modal as if the bot had sent them: they are shown, or refused with the reason."""

    control: Literal["try_blocks"]
    by: str
    channel: str
    payload: JsonValue

    async def turn(self, stage: Stage) -> None:
        """Show them, or say why not."""
        workspace, bot = stage.world.slack.workspace, stage.world.slack.installation.bot_user
        channel, person, payload = stage.channel(self.channel), stage.person(self.by), self.payload
        try:
            if isinstance(payload, dict) and payload.get("type") == "modal":
                workspace.open_view(person.id, checked_modal(payload))
                return
            blocks = checked_blocks(payload["blocks"] if isinstance(payload, dict) and "blocks" in payload else payload)
            check_total_length(blocks)
            workspace.post(Message(channel=channel.id, user=bot, text="(tried out)", blocks=blocks))
        except BlockKitError as error:
            workspace.refuse(channel.id, bot, error)


Control = AnswerNext | ChangeTask | FailNext | SlackSwitch | Membership | Process | Time | TryBlocks
CONTROL: TypeAdapter[Control] = TypeAdapter(Annotated[Control, Field(discriminator="control")])
