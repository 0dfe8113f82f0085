"""A small world whose every wire can be watched and cut: people, stand-ins, and bots that come back when killed."""

import asyncio
import contextlib
import re
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain.deletion import ENDS, Deletion, State
from bot.domain.next_step import Timings
from bot.domain.record import What
from bot.manifest import parsed_manifest
from bot.store.deletions import RedisDeletionStore
from bot.store.keys import Keys
from bot.store.record import RedisRecord
from bot.store.scripts import load_scripts
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.slack import Channel, Message, NotPossibleError, Person, SlackStandIn
from codecheck_sandbox.slack.block_kit.blocks import Actions
from codecheck_sandbox.world import OPERATORS, settings
from tests.faults.bots import Bot, Nursery
from tests.faults.wire import Point, Tap, Wire, http_request, redis_request
from tests.record.agreement import check_agreement

TASK = "897acf7a1bd64e3b9b7b6c0de36e0c3d"
REVIEW, CANCEL, CONFIRM = "Review deletion…", "Cancel", "Delete task 897acf…"

# A bot that takes up what another left after a second or so; everything else is as it is in earnest.
QUICK = Timings(
    ttl=60_000,
    resume=60_000,
    verify=6_000,
    call=2_500,
    call_lease=3_500,
    talk_lease=2_000,
    look=100,
    sweep=50,
    answer=2_500,
)
TAKE_UP = 3.0  # seconds in which another bot has taken up what a killed one held, and shown it


@dataclass(slots=True, kw_only=True)
class Rig:
    """Who and what is there.

    Args:
        slack: the stand-in Slack.
        codearts: the stand-in CodeArts Check.
        wire: what passes between the bots and everybody else.
        redis: a client of the bots' Redis, past the taps.
        store: the bots' store, past the taps.
        prefix: of the bots' keys.
        alice: the requester.
        bob: her colleague.
        channel: where they and the bot are.
        bots: every bot so far, the latest last.
    """

    slack: SlackStandIn
    codearts: CodeArtsStandIn
    wire: Wire
    redis: Redis
    store: RedisDeletionStore
    prefix: str
    alice: Person
    bob: Person
    channel: Channel
    bear: Callable[[], "asyncio.Future[Bot]"]
    bots: list[Bot] = field(default_factory=list)
    lies: list[str] = field(default_factory=list)
    _coming: "asyncio.Task[None] | None" = None

    # The bots.

    async def start_bot(self) -> Bot:
        """One more replica; people reach the latest."""
        bot = await self.bear()
        self.bots.append(bot)
        return bot

    def kill_and_restart(self) -> None:
        """Kill the latest bot; a fresh one comes up by itself."""
        self.bots[-1].kill()
        self._coming = asyncio.create_task(self._restart())

    async def _restart(self) -> None:
        await self.bots[-1].ended()
        await self.start_bot()

    async def back(self) -> None:
        """Wait until a killed bot has been replaced."""
        if self._coming is not None:
            await self._coming

    # What people do: on Slack's error they wait until the bot is back, look, and do it again if need be.

    async def ask(self, task_id: str = TASK) -> None:
        """Alice asks, until there is a prompt."""
        while True:
            answer = await self.alice.types(f"/codecheck delete {task_id}", in_=self.channel)
            await self.back()
            if not answer.text or "Slack's time" in answer.text:
                break
            if await self.seen(lambda: self.prompts(task_id), within=TAKE_UP):
                break
        await self.slack.until(lambda: self.prompts(task_id), within=8)

    async def press(self, label: str, until: Callable[[], object], *, by: Person | None = None) -> None:
        """Alice presses a button until what should come of it is to be seen."""
        for _ in range(8):
            with contextlib.suppress(NotPossibleError):  # it has gone: an earlier click was recorded after all
                await (by or self.alice).clicks(label, on=self.channel)
            await self.back()
            if await self.seen(until, within=TAKE_UP):
                return
        raise AssertionError(f"{label} led to nothing:\n{self.story()}")

    async def seen(self, condition: Callable[[], object], *, within: float) -> bool:
        """Whether something is to be seen within so many seconds."""
        try:
            await self.slack.until(lambda: bool(condition()), within=within)
        except AssertionError:
            return False
        return True

    async def delete(self) -> None:
        """Alice asks for the deletion and confirms it twice."""
        await self.ask()
        await self.press(REVIEW, self.at_step_2)
        await self.press(CONFIRM, lambda: not self.at_step_2())

    # What is to be seen.

    def prompts(self, task_id: str = TASK) -> list[Message]:
        """The prompts of a task that stand in the channel."""
        return [message for message in self.channel.messages if not message.thread_ts and task_id in message.text]

    def at_step_2(self) -> bool:
        """Whether the second confirmation is asked for."""
        return any("Step 2 of 2" in prompt.text for prompt in self.prompts())

    def results(self, text: str) -> list[Message]:
        """The announcements that say `text`."""
        return [message for message in self.channel.messages if message.thread_ts and text in message.text]

    def posted(self, text: str) -> int:
        """How often a message that says `text` was posted anywhere, deleted ones included."""
        return sum(
            change.kind == "posted" and change.message is not None and text in change.message.text
            for change in self.slack.workspace.history
        )

    def told(self, person: Person, text: str) -> bool:
        """Whether somebody has been told `text` privately, here or by direct message."""
        messages = [message for message in person.sees(self.channel) if message.only_for == person.id]
        return any(text in message.text for message in [*messages, *person.dm.messages])

    def story(self) -> str:
        """All that happened, for a failure's text."""
        log = [entry for bot in self.bots for entry in bot.log]
        return "\n".join(
            [
                self.slack.transcript(self.channel),
                *(f"wire: {point}" for point in self.wire.happened),
                *(f"log: {entry}" for entry in log if entry.get("level") != "info"),
            ]
        )

    # What is recorded.

    async def deletions(self) -> list[Deletion]:
        """Every deletion that Redis holds, the oldest first."""
        pattern = Keys(self.prefix).deletion("*").replace("{", "[{]").replace("}", "[}]")
        ids = [str(key).rpartition(":")[2] async for key in self.redis.scan_iter(pattern)]
        found = [deletion for one in ids if (deletion := await self.store.load(one)) is not None]
        return sorted(found, key=lambda deletion: deletion.requested_at)

    async def closed(self, within: float = 15) -> list[Deletion]:
        """Wait until nothing is left to be carried on. Returns every deletion; the record says the same of each."""
        deadline = asyncio.get_running_loop().time() + within
        while await self._left():
            assert asyncio.get_running_loop().time() < deadline, f"not closed:\n{self.story()}"
            await asyncio.sleep(0.05)
        await check_agreement(self.redis, self.prefix)
        return await self.deletions()

    async def _left(self) -> bool:
        try:
            return bool(await self.redis.zcard(Keys(self.prefix).due))
        except RedisError:  # it has been killed, and comes back
            return True

    # What must hold, whatever happened.

    async def must_have_ended(self, state: State, times: int = 1) -> None:
        """One deletion reached `state`, and everybody can see it; what was asked for meanwhile in vain has expired."""
        await self.back()
        deletions = await self.closed()
        states = [deletion.state for deletion in deletions]
        # In an expiry life, who asks again because of Slack's error may do so when the first request has just expired.
        assert states.count(state) == times or (state is State.EXPIRED and set(states) == {state}), (
            states,
            self.story(),
        )
        assert set(states) <= ENDS, states
        for deletion in deletions:
            assert deletion.prompt is not None
            shown = self.channel.message(deletion.prompt.ts)
            assert shown is not None
            assert not buttons(shown), f"the prompt still has its buttons:\n{self.story()}"
            assert deletion.state in shown.text.lower(), self.story()
        await self.must_have_no_stray_buttons()
        assert not self.lies, self.lies
        await self.must_have_asked_twice()

    async def must_have_no_stray_buttons(self) -> None:
        """A prompt posted twice may keep its buttons; pressed, they do nothing, say so and go."""
        for stray in [prompt for prompt in self.channel.messages if buttons(prompt)]:
            await self.alice.clicks(CANCEL, on=stray)
            await self.slack.until(partial(self._retired, stray.ts), within=5)

    def _retired(self, ts: str) -> bool:
        return not buttons(self.channel.message(ts))

    async def must_have_asked_twice(self) -> None:
        """No DELETE has left before two acts of a person were recorded: by Redis's own times, whatever reply was lost.

        That the review came before the confirmation, and that there was one of each, `check_agreement` sees.
        """
        left = self.wire.times.get(Point("codearts DELETE", 1, "before"))
        if left is not None:
            entries = [entry async for entry in RedisRecord(self.redis, prefix=self.prefix).entries()]
            confirmed = [int(entry.says("at")) for entry in entries if entry.says("what") == What.CONFIRMED]
            assert confirmed, "sent without a recorded confirmation"
            assert confirmed[0] <= left * 1_000, "sent before the confirmation was recorded"


def buttons(message: Message | None) -> bool:
    """Whether a message has buttons."""
    return message is not None and any(isinstance(block, Actions) for block in message.blocks)


@asynccontextmanager
async def open_rig(  # noqa: PLR0913 - a world has many parts; most have defaults
    nursery: Nursery,
    redis_url: str,
    prefix: str,
    *,
    socket_mode: bool = False,
    timings: Timings = QUICK,
    bots: int = 1,
    ack_seconds: float = 3.0,
    toml: str = "",
    prepared: bool = True,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Rig]:
    """A world with `bots` replicas on the Redis at the `unix://` URL; not `prepared`: it does not run yet.

    `environ` is added to that of the bots.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = "".join(f'{user} = "{operator}"\n' for user, operator in OPERATORS.items())
        (folder / "codecheck.toml").write_text(f"[operators]\n{people}{toml}")
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest(), ack_seconds=ack_seconds))
        codearts = await stack.enter_async_context(CodeArtsStandIn())
        wire = Wire()
        socket = redis_url.removeprefix("unix://")
        codearts_port = int(codearts.url.rpartition(":")[2])

        redis_tap = Tap(wire, redis_request, lambda: asyncio.open_unix_connection(socket))
        slack_tap = Tap(wire, http_request("slack"), _to(lambda: slack.port))
        codearts_tap = Tap(wire, http_request("codearts"), _to(lambda: codearts_port))
        bot_tap = Tap(wire, http_request("bot"), _to(lambda: rig.bots[-1].port))
        for tap in (redis_tap, slack_tap, codearts_tap, bot_tap):
            await stack.enter_async_context(tap)
        slack.advertise(slack_tap.port)
        variables = settings(slack, codearts, f"redis://127.0.0.1:{redis_tap.port}", socket_mode=socket_mode)
        variables |= {
            "CODEARTS_ENDPOINT": f"http://127.0.0.1:{codearts_tap.port}",
            "HUAWEICLOUD_SDK_IAM_ENDPOINT": f"http://127.0.0.1:{codearts_tap.port}",
            "CODECHECK_REDIS_PREFIX": prefix,
        }
        variables |= environ or {}
        redis = Redis.from_url(redis_url, decode_responses=True)
        stack.push_async_callback(redis.aclose)
        for script in (
            asdict(load_scripts()).values() if prepared else ()
        ):  # else the first bot of a server has more points than the rest
            await redis.script_load(script)
        alice, bob = (slack.user(f"U01{name.upper()}", name) for name in ("alice", "bob"))
        rig = Rig(
            slack=slack,
            codearts=codearts,
            wire=wire,
            redis=redis,
            store=RedisDeletionStore(redis, prefix=prefix, timings=timings),
            prefix=prefix,
            alice=alice,
            bob=bob,
            channel=slack.channel("C01QUALITY", "code-quality", members=[alice, bob]),
            bear=lambda: asyncio.ensure_future(
                _connected(nursery.bear(variables, folder, timings), socket_mode=socket_mode)
            ),
        )
        _listen_for_lies(rig)
        if not socket_mode:
            slack.connect_http(f"http://127.0.0.1:{bot_tap.port}/slack/events")
        stack.push_async_callback(_close, rig)
        for _ in range(bots):
            await rig.start_bot()
        wire.watching = True
        yield rig


async def _connected(bearing: Awaitable[Bot], *, socket_mode: bool) -> Bot:
    bot = await bearing
    if socket_mode:
        async with asyncio.timeout(10):
            while not any(entry.get("event") == "Socket Mode is connected" for entry in bot.log):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
    return bot


def _to(port: Callable[[], int]) -> Callable[[], "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]"]:
    return lambda: asyncio.ensure_future(asyncio.open_connection("127.0.0.1", port()))


async def _close(rig: Rig) -> None:
    await asyncio.gather(rig.back(), return_exceptions=True)
    for bot in rig.bots:
        bot.signal(signal.SIGCONT)
    await asyncio.gather(*(bot.close() for bot in rig.bots))
    async for key in rig.redis.scan_iter(f"{rig.prefix}:*"):
        await rig.redis.delete(key)


def _listen_for_lies(rig: Rig) -> None:
    """Note every message that says a task was deleted, or was not, when that is not so."""

    def listen(change: object) -> None:
        message = getattr(change, "message", None)
        if getattr(change, "kind", "") not in ("posted", "edited") or message is None:
            return
        for task_id in re.findall(r"(?<!whether )[Tt]ask `([0-9a-f]{32})` was deleted\.", message.text):
            if task_id in rig.codearts.tasks:
                rig.lies.append(f"said before it was so: {message.text}")
        for task_id in re.findall(r"[Tt]ask `([0-9a-f]{32})` was not deleted\.", message.text):
            if task_id not in rig.codearts.tasks:
                rig.lies.append(f"said although it is not so: {message.text}")

    rig.slack.workspace.subscribe(listen)
