"""A small world whose connections can be watched and cut: people, stand-ins, and bots that restart when killed."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain.deletion import Deletion
from bot.domain.lifecycle import ENDED, EventKind, State
from bot.domain.timings import Timings
from bot.manifest import parsed_manifest
from bot.store.audit import RedisAuditLog
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from bot.store.transaction import SCRIPT
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.slack import Channel, Message, NotPossibleError, Person, SlackStandIn
from codecheck_sandbox.slack.block_kit.blocks import Actions
from codecheck_sandbox.slack.workspace import Change
from codecheck_sandbox.world import OPERATORS, settings
from tests.audit.agreement import check_agreement
from tests.faults.bots import Bot, Nursery
from tests.faults.wire import Point, Tap, Wire, http_request, redis_request

TASK = "897acf7a1bd64e3b9b7b6c0de36e0c3d"
NAME = "webshop-frontend"
REVIEW, CANCEL, KEEP, CONFIRM = "Review deletion…", "Cancel", "Keep it", f"Delete {NAME}"
DELETED, NOT_DELETED, SEEN_GONE = "✅", "was not deleted", "It was seen to be gone"  # in a result

# What the prompt says once it has ended, after the task's name.
ENDS = {
    State.DELETED: "deleted ·",
    State.FAILED: "was not deleted.",
    State.GONE: "was already gone.",
    State.CANCELLED: "kept · ",
    State.EXPIRED: "kept · nobody confirmed by",
    State.UNKNOWN_FINAL: "still not known",
}

# A bot that takes up what another left after a second or so; everything else is as it is in earnest.
QUICK = Timings(
    ttl=60_000,
    facts=700,
    before_call=2_500,
    resume=60_000,
    verify=6_000,
    call=2_500,
    call_lease=3_500,
    talk_lease=2_000,
    look=100,
    sweep=100,
    answer=2_500,
)
TAKE_UP = 3.0  # seconds in which another bot has taken up what a killed one held, and shown it


@dataclass(slots=True, kw_only=True)
class Rig:
    """Who and what is there.

    Args:
        slack: the stand-in Slack.
        codearts: the stand-in CodeArts Check.
        wire: what passes between the bots and everyone else.
        redis: a client of the bots' Redis, past the taps.
        redis_url: where that is.
        store: the bots' store, past the taps.
        audit: their audit log, past the taps.
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
    redis_url: str
    store: RedisDeletionStore
    audit: RedisAuditLog
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
        """Kill the latest bot; a new one starts by itself."""
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
        await self.slack.until(lambda: self.prompts(task_id), within=20)

    async def press(self, label: str, until: Callable[[], object], *, by: Person | None = None) -> None:
        """Alice presses a button until its effect shows."""
        for _ in range(8):
            with contextlib.suppress(NotPossibleError):  # it has gone: an earlier click was recorded after all
                await (by or self.alice).clicks(label, on=self.channel)
            await self.back()
            if await self.seen(until, within=TAKE_UP):
                return
        raise AssertionError(f"{label} led to nothing:\n{self.story()}")

    async def seen(self, condition: Callable[[], object], *, within: float) -> bool:
        """Whether something shows within that many seconds."""
        try:
            await self.slack.until(lambda: bool(condition()), within=within)
        except AssertionError:
            return False
        return True

    async def delete(self, task_id: str = TASK) -> None:
        """Alice asks for the deletion and confirms it twice."""
        await self.review(task_id)
        await self.confirm(task_id)

    async def review(self, task_id: str = TASK) -> None:
        """Alice asks for the deletion and reviews it; the second confirmation counts from then on."""
        await self.ask(task_id)
        await self.press(REVIEW, partial(self.at_step_2, task_id))
        await self.confirmable(task_id)

    async def confirm(self, task_id: str = TASK) -> None:
        """Alice gives the second confirmation, until it takes effect."""
        await self.confirmable(task_id)
        await self.press(f"Delete {self.name(task_id)}", lambda: not self.at_step_2(task_id))

    async def confirmable(self, task_id: str = TASK) -> None:
        """Wait until a bot has recorded that the delete button was shown: until then, clicks are too soon."""
        async with asyncio.timeout(20):
            while not await self._confirmable(task_id):  # noqa: ASYNC110 - it is seen in Redis only
                await asyncio.sleep(0.03)

    async def events(self) -> list[str]:
        """The kinds of the audit log's events, oldest first."""
        return [event.get("kind") async for event in self.audit.events()]

    async def _confirmable(self, task_id: str) -> bool:
        with contextlib.suppress(RedisError):  # it has been killed, and comes back
            found = [each for each in await self.deletions() if each.task_id == task_id]
            return any(each.state is not State.REVIEWED or each.lifecycle.confirmable_at for each in found)
        return False

    # What is to be seen.

    def prompts(self, task_id: str = TASK) -> list[Message]:
        """The prompts of a task in the channel."""
        return [
            message
            for message in self.channel.messages
            if not message.thread_ts and (task_id in message.text or self.name(task_id) in message.text)
        ]

    def name(self, task_id: str = TASK) -> str:
        """The task's name, even if it is gone."""
        gone = [deleted.task for deleted in self.codearts.deletions if deleted.task_id == task_id]
        return self.codearts.tasks[task_id].name if task_id in self.codearts.tasks else gone[0].name

    def at_step_2(self, task_id: str = TASK) -> bool:
        """Whether the second confirmation is asked for."""
        return any("for good?" in prompt.text for prompt in self.prompts(task_id))

    def results(self, text: str) -> list[Message]:
        """The announcements that contain `text`."""
        return [message for message in self.channel.messages if message.thread_ts and text in message.text]

    def said(self, text: str) -> list[Message]:
        """The messages in the channel that contain `text`."""
        return [message for message in self.channel.messages if text in message.text]

    def posted(self, text: str) -> int:
        """How often a message that contains `text` was posted anywhere, including deleted ones."""
        return sum(
            change.kind == "posted" and change.message is not None and text in change.message.text
            for change in self.slack.workspace.history
        )

    def told(self, person: Person, text: str) -> bool:
        """Whether someone has been told `text` privately, here or by direct message."""
        messages = [message for message in person.sees(self.channel) if message.only_for == person.id]
        return any(text in message.text for message in [*messages, *person.dm.messages])

    async def logged(self, event: str) -> None:
        """Wait until some bot has logged `event`."""
        async with asyncio.timeout(8):
            while not any(event in str(entry.get("event")) for bot in self.bots for entry in bot.log):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)

    def story(self) -> str:
        """Everything that happened, for the text of a failure."""
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
        """Every deletion that Redis holds, oldest first."""
        pattern = Keys(self.prefix).deletion("*").replace("{", "[{]").replace("}", "[}]")
        ids = [str(key).rpartition(":")[2] async for key in self.redis.scan_iter(pattern)]
        found = [deletion for one in ids if (deletion := await self.store.read(one)) is not None]
        return sorted(found, key=lambda deletion: deletion.requested_at)

    async def closed(self, within: float = 30, *, agree: bool = True) -> list[Deletion]:
        """Wait until nothing is left to do. Returns every deletion; checks that the audit log agrees with each.

        With `agree` False it does not have to: a log whose clock went back, or that begins late, looks forged.
        """
        deadline = asyncio.get_running_loop().time() + within
        while await self._left():
            assert asyncio.get_running_loop().time() < deadline, f"not closed:\n{self.story()}"
            await asyncio.sleep(0.05)
        if agree:
            await check_agreement(self.redis, self.prefix)
        return await self.deletions()

    async def _left(self) -> bool:
        try:
            return bool(await self.redis.zcard(Keys(self.prefix).due))
        except RedisError:  # it has been killed, and comes back
            return True

    # What must hold, whatever happened.

    async def must_have_ended(self, state: State, times: int = 1) -> None:
        """One deletion reached `state`, and everyone can see it; other requests made meanwhile have expired."""
        await self.back()
        deletions = await self.closed()
        states = [deletion.state for deletion in deletions]
        # In an expiry life, who asks again because of Slack's error may do so when the first request has just expired.
        assert states.count(state) == times or (state is State.EXPIRED and set(states) == {state}), (
            states,
            self.story(),
        )
        assert set(states) <= ENDED, states
        for deletion in deletions:
            assert deletion.delivery.prompt is not None
            shown = self.channel.message(deletion.delivery.prompt.ts)
            assert shown is not None
            assert not buttons(shown), f"the prompt still has its buttons:\n{self.story()}"
            assert ENDS[deletion.state] in shown.text, self.story()
        await self.must_have_no_stray_buttons()
        self.must_have_told_the_truth()
        await self.must_have_asked_twice()

    def must_have_told_the_truth(self) -> None:
        """Nothing was said before it was true, and nothing that turned out to be false."""
        said = [change.message.text for change in self.slack.workspace.history if change.message is not None]
        for gone in self.codearts.deletions:
            self.lies += [text for text in said for end in _KEPT if f"{gone.task.name} {end}" in text]
        assert not self.lies, f"{self.lies}\n{self.story()}"

    async def must_have_no_stray_buttons(self) -> None:
        """A prompt posted twice may keep its buttons; if they are pressed, they do nothing, say so and go."""
        for stray in [prompt for prompt in self.channel.messages if buttons(prompt)]:
            await self.alice.clicks(KEEP if "for good?" in stray.text else CANCEL, on=stray)
            await self.slack.until(partial(self._retired, stray.ts), within=5)

    def _retired(self, ts: str) -> bool:
        return not buttons(self.channel.message(ts))

    async def must_have_asked_twice(self) -> None:
        """No DELETE was sent before two confirmations were recorded, by Redis's own times, whatever reply was lost.

        That the review came before the confirmation, and that there was one of each, `check_agreement` sees.
        """
        left = self.wire.times.get(Point("codearts DELETE", 1, "before"))
        if left is not None:
            events = [event async for event in self.audit.events()]
            confirmed = [event.at for event in events if event.get("kind") == EventKind.CONFIRMED]
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
    """A world with `bots` replicas on the Redis at the `unix://` URL; if not `prepared`, that Redis does not run yet.

    `environ` is added to that of the bots.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = "".join(f'{user} = "{operator}"\n' for user, operator in OPERATORS.items())
        usual = "" if "[confirmation]" in toml else "[confirmation]\ndwell_seconds = 0\n"
        (folder / "codecheck.toml").write_text(f"[operators]\n{people}{usual}{toml}")
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
        if prepared:  # else the first bot of a server has more points than the rest
            await redis.script_load(SCRIPT)
        calls = RedisCalls(redis, Keys(prefix))
        alice, bob = (slack.user(f"U01{name.upper()}", name) for name in ("alice", "bob"))
        rig = Rig(
            slack=slack,
            codearts=codearts,
            wire=wire,
            redis=redis,
            redis_url=redis_url,
            store=RedisDeletionStore(calls, timings),
            audit=RedisAuditLog(calls),
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
            while not any(entry.get("event") == "socket mode connected" for entry in bot.log):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
    return bot


def _to(port: Callable[[], int]) -> Callable[[], "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]"]:
    return lambda: asyncio.ensure_future(asyncio.open_connection("127.0.0.1", port()))


async def _close(rig: Rig) -> None:
    await asyncio.gather(rig.back(), return_exceptions=True)
    for bot in rig.bots:
        bot.signal(signal.SIGCONT)
    await asyncio.gather(*(bot.close() for bot in rig.bots))
    with contextlib.suppress(RedisError):  # it has been killed
        async for key in rig.redis.scan_iter(f"{rig.prefix}:*"):
            await rig.redis.delete(key)


_KEPT = ("was not deleted", "was already gone", "kept ·")


def _listen_for_lies(rig: Rig) -> None:
    """Record every message that says a task was or was not deleted when that is false."""

    def listen(change: Change) -> None:
        if change.kind not in ("posted", "edited") or change.message is None:
            return
        text = change.message.text
        there = {task.name for task in rig.codearts.tasks.values()}
        rig.lies += [f"said before it was so: {text}" for name in there if f"✅ {name} deleted" in text]
        for gone in rig.codearts.deletions:
            if any(f"{gone.task.name} {end}" in text for end in _KEPT):
                rig.lies.append(f"said although it is not so: {text}")

    rig.slack.workspace.subscribe(listen)
