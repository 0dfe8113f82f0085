"""One queue for each channel: in order, prompts before notices, at the pace that Slack asks for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain.deletion import Prompt
from bot.domain.errors import DeliveryDelayedError, UndeliverableError
from bot.domain.next_step import RESULT
from bot.manifest import parsed_manifest
from bot.slack.channel_queues import ChannelQueues, Rank
from bot.slack.delivery import SlackMessenger
from bot.slack.health import SlackHealth
from bot.slack.transport.bolt import slack_session, web_client
from bot.slack.views.from_deletion import Links
from codecheck_sandbox.slack import SlackStandIn
from tests.slack.samples import DELETED, POSTED, REQUESTED, WORKSPACE
from tests.slack.wire import Answer, SlackWire

QUICK = 0.05  # seconds between two messages, in place of one second


class Channel:
    """Takes messages, and answers 429 as long as a test says so."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.attempts: list[str] = []
        self.refuse = 0
        self.retry_after = 50
        self.open = asyncio.Event()
        self.open.set()

    def posting(self, name: str) -> Callable[[], Awaitable[str]]:
        """A call that posts one message."""

        async def post() -> str:
            self.attempts.append(name)
            await self.open.wait()
            if self.refuse:
                self.refuse -= 1
                raise DeliveryDelayedError("ratelimited", self.retry_after)
            self.taken.append(name)
            return name

        return post


@pytest.fixture
def channel() -> Channel:
    """One channel."""
    return Channel()


async def sent(queues: ChannelQueues, channel: Channel, name: str, rank: Rank = Rank.PROMPT, at: str = "C1") -> str:
    """Send a message as the runner does: whoever is told to come back does so."""
    while True:
        try:
            return await queues.send(at, rank, name, channel.posting(name))
        except DeliveryDelayedError as delayed:
            if not delayed.retry_after:
                raise  # nothing says when to come back
            await asyncio.sleep(delayed.retry_after / 1_000)


async def all_waiting(tasks: list[asyncio.Task[str]]) -> list[asyncio.Task[str]]:
    """The tasks, once each of them has come to its first wait."""
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_messages_leave_in_order_one_at_a_time(channel: Channel) -> None:
    """While one is on its way the next one waits, though Slack has not asked for any pace."""
    queues = ChannelQueues()
    channel.open.clear()
    tasks = await all_waiting([asyncio.create_task(sent(queues, channel, str(n))) for n in range(5)])
    assert channel.attempts == ["0"]
    channel.open.set()
    await asyncio.gather(*tasks)
    assert channel.taken == ["0", "1", "2", "3", "4"]


async def test_channels_do_not_wait_for_each_other(channel: Channel) -> None:
    """A channel that stands still holds up nobody elsewhere."""
    queues, other = ChannelQueues(), Channel()
    channel.open.clear()
    stuck = asyncio.create_task(sent(queues, channel, "stuck"))
    await all_waiting([stuck])
    assert await sent(queues, other, "free", at="C2") == "free"
    channel.open.set()
    await stuck


async def test_prompts_go_before_notices(channel: Channel) -> None:
    """Whoever waits for a prompt is not kept by the notices of others; among equals the first comes first."""
    queues = ChannelQueues()
    channel.open.clear()
    ranked = [
        ("first", Rank.NOTICE),
        ("n1", Rank.NOTICE),
        ("n2", Rank.NOTICE),
        ("r1", Rank.RESULT),
        ("p1", Rank.PROMPT),
        ("p2", Rank.PROMPT),
    ]
    tasks = await all_waiting([asyncio.create_task(sent(queues, channel, name, rank)) for name, rank in ranked])
    channel.open.set()
    await asyncio.gather(*tasks)
    assert channel.taken == ["first", "p1", "p2", "r1", "n1", "n2"]


@pytest.mark.parametrize("refusals", [1, 3])
async def test_a_429_holds_up_the_whole_channel_and_is_met_once(channel: Channel, refusals: int) -> None:
    """Nobody else tries until Slack's Retry-After is over; then the one that was refused goes first."""
    queues = ChannelQueues(apart=QUICK)
    channel.refuse = refusals
    await asyncio.gather(*(sent(queues, channel, str(n)) for n in range(8)))
    assert channel.taken == [str(n) for n in range(8)]
    assert channel.attempts == ["0"] * refusals + channel.taken


async def test_who_would_wait_too_long_comes_back_in_order(channel: Channel) -> None:
    """A turn later than anybody waits here is told, and the place is kept until they come back."""
    queues = ChannelQueues(patience=3 * QUICK, apart=QUICK)
    channel.refuse = 1
    await asyncio.gather(*(sent(queues, channel, str(n)) for n in range(12)))
    assert channel.taken == [str(n) for n in range(12)]
    assert channel.attempts == ["0", *channel.taken]


async def test_a_later_message_does_not_take_a_place_that_is_kept(channel: Channel) -> None:
    """Whoever comes after those who were told to come back is told a later turn than theirs."""
    queues = ChannelQueues(patience=0.5, apart=1.0)
    channel.refuse, channel.retry_after = 1, 2_000
    turns = []
    for name in ("a", "b", "c", "a", "d"):
        with pytest.raises(DeliveryDelayedError) as caught:
            await queues.send("C1", Rank.PROMPT, name, channel.posting(name))
        turns.append(round(caught.value.retry_after / 1_000))
    assert turns == [2, 3, 4, 2, 5]
    assert channel.attempts == ["a"]
    with pytest.raises(DeliveryDelayedError) as caught:
        await queues.send("C1", Rank.NOTICE, "n", channel.posting("n"))
    assert round(caught.value.retry_after / 1_000) == 6


async def test_a_notice_keeps_no_prompt_waiting(channel: Channel) -> None:
    """Ten notices that come back later do not put off a prompt."""
    queues = ChannelQueues(patience=0.5, apart=1.0)
    channel.refuse, channel.retry_after = 1, 2_000
    for name in (f"n{n}" for n in range(10)):
        with pytest.raises(DeliveryDelayedError):
            await queues.send("C1", Rank.NOTICE, name, channel.posting(name))
    with pytest.raises(DeliveryDelayedError) as caught:
        await queues.send("C1", Rank.PROMPT, "p", channel.posting("p"))
    assert round(caught.value.retry_after / 1_000) == 2


async def test_who_does_not_come_back_loses_their_place(channel: Channel) -> None:
    """Another replica has sent it: nobody else is put off for their sake."""
    queues = ChannelQueues(patience=0.5, apart=0.01)
    channel.refuse, channel.retry_after = 1, 600
    for name in (f"gone {n}" for n in range(60)):  # 60 places are more than anybody's patience
        with pytest.raises(DeliveryDelayedError):
            await queues.send("C1", Rank.PROMPT, name, channel.posting(name))
    await asyncio.sleep(1.4)  # the last of their turns and five more are over
    channel.refuse, channel.retry_after = 1, 100
    await asyncio.gather(*(queues.send("C1", Rank.PROMPT, name, channel.posting(name)) for name in ("a", "b")))
    assert channel.taken == ["a", "b"]


async def test_who_gives_up_lets_the_next_one_take_their_turn(channel: Channel) -> None:
    """The first in the queue is cancelled while the channel is closed; the second does not wait for them."""
    queues = ChannelQueues(patience=600, apart=QUICK)
    channel.refuse, channel.retry_after = 1, 200
    first, second = await all_waiting(
        [asyncio.create_task(queues.send("C1", Rank.PROMPT, name, channel.posting(name))) for name in "ab"]
    )
    first.cancel()
    async with asyncio.timeout(20):  # far less than ten minutes
        assert await second == "b"
    assert channel.attempts == ["a", "b"]


@pytest.mark.parametrize("error", [UndeliverableError("no"), DeliveryDelayedError("HTTP 500"), RuntimeError("bug")])
async def test_other_errors_do_not_hold_the_channel_up(channel: Channel, error: Exception) -> None:
    """What is not a 429 goes to the caller at once, and the next message leaves."""
    queues = ChannelQueues()

    async def fails() -> str:
        raise error

    with pytest.raises(type(error)):
        await queues.send("C1", Rank.PROMPT, "a", fails)
    assert await sent(queues, channel, "b") == "b"


async def test_who_gives_up_does_not_hold_the_channel_up(channel: Channel) -> None:
    """A sender that is cancelled, while it waits or while it sends, makes room for the next one."""
    queues = ChannelQueues()
    channel.open.clear()
    sending, waiting, last = await all_waiting(
        [asyncio.create_task(sent(queues, channel, name)) for name in ("sending", "waiting", "last")]
    )
    waiting.cancel()
    sending.cancel()
    await asyncio.wait([sending, waiting])
    channel.open.set()
    assert await last == "last"
    assert channel.taken == ["last"]


async def test_behind_a_hanging_call_nobody_waits_longer_than_their_patience(channel: Channel) -> None:
    """The lease of whoever waits is not used up by someone else's slow call."""
    queues = ChannelQueues(patience=QUICK)
    channel.open.clear()
    hanging = asyncio.create_task(sent(queues, channel, "hanging"))
    await all_waiting([hanging])
    with pytest.raises(DeliveryDelayedError) as caught:
        await queues.send("C1", Rank.PROMPT, "next", channel.posting("next"))
    assert caught.value.retry_after == 0  # nobody knows when
    channel.open.set()
    await hanging


async def test_nothing_is_kept_of_a_quiet_channel(channel: Channel) -> None:
    """A bot that talks to many people does not grow."""
    queues = ChannelQueues()
    for n in range(100):
        await sent(queues, channel, "x", at=f"D{n}")
    assert not queues.channels


@pytest.fixture
async def standin() -> AsyncIterator[SlackStandIn]:
    """A Slack that takes one message a second in each channel."""
    async with SlackStandIn(parsed_manifest()) as slack:
        slack.faults.messages_per_second = 1.0
        yield slack


async def test_eight_prompts_at_once_at_one_message_a_second(standin: SlackStandIn) -> None:
    """All are posted in order, and Slack has to refuse one of them once, not each of them again and again."""
    alice = standin.user("U01ALICE", "alice")
    quality = standin.channel("C01QUALITY", "code-quality", members=[alice])
    asked = [replace(REQUESTED, id=f"{n:022}", task_id=f"{n:032x}", channel=quality.id) for n in range(8)]

    async with slack_session() as session:
        messenger = SlackMessenger(
            web_client(standin.bot_token, session, standin.api_url), session, Links(WORKSPACE), SlackHealth()
        )

        async def show(n: int) -> Prompt:
            while True:
                try:
                    return await messenger.show(asked[n], None)
                except DeliveryDelayedError as delayed:
                    await asyncio.sleep(delayed.retry_after / 1_000)

        prompts = await asyncio.gather(*(show(n) for n in range(8)))

    assert [message.ts for message in quality.messages] == [prompt.ts for prompt in prompts]
    answers = [exchange.status for exchange in standin.wire.calls("chat.postMessage")]
    assert answers.count(200) == len(prompts)
    assert answers.count(429) <= 2


async def test_posts_edits_and_notices_of_a_channel_share_its_queue(
    slack: SlackWire, messenger: SlackMessenger
) -> None:
    """After a 429 nothing at all is sent to this channel before its time; other channels go on."""
    slow_down = Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "30"})
    slack.answer("chat.postMessage", slow_down)
    waits = []
    for attempt in (
        messenger.show(REQUESTED, None),
        messenger.redraw(POSTED, None),
        messenger.tell(DELETED, RESULT, None),
        messenger.tell(DELETED, "C1", None),
    ):
        with pytest.raises(DeliveryDelayedError) as caught:
            await attempt
        waits.append(round(caught.value.retry_after / 1_000))
    assert waits == [30, 31, 32, 33]
    assert slack.methods() == ["chat.postMessage"]
    await messenger.tell(DELETED, "C2", None)
    assert slack.calls[1].body["channel"] == "C2"
