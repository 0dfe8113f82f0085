"""The record and the state agree after any sequence of acts, take-overs, replays and lost races."""

import contextlib
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.domain.brakes import Brake
from bot.domain.deletion import AWAITING_A_CLICK, LOOKED_INTO, Deletion, State
from bot.domain.errors import BrakedError, FencedError
from bot.domain.identity import SlackUser
from bot.domain.next_step import frozen_after_interruption, frozen_in_grace, launched
from bot.domain.outcome import Outcome, Verdict
from bot.domain.record import What
from bot.store.brakes import RedisBrakes
from bot.store.embedded import EmbeddedServer
from tests.record.agreement import check_agreement
from tests.store.rig import ALICE, TIMINGS, Rig, new

BOB = SlackUser("T0TEAM", "U0BOB")
GRACE = 60_000

MOVES = [
    "review",
    "confirm",
    "cancel",
    "replay",
    "claim",
    "expire",
    "outcome",
    "look",
    "settle",
    "stale",
    "draw",
    "again",
    "schedule",
    "stop",
    "launch",
    "resend",
    "freeze",
    "unfreeze",
]


class Life:
    """One deletion, moved by whoever is there."""

    def __init__(self, rig: Rig, deletion: Deletion) -> None:
        self.rig = rig
        self.deletion = deletion
        self.last = ("none", State.REVIEWED, deletion)
        self.by = ALICE
        self.clicks = 0
        self.brakes = RedisBrakes(rig.redis, prefix=rig.prefix)

    async def move(self, name: str, state: State) -> None:  # noqa: C901, PLR0912 - one case for each move
        """Do one thing, as far as the bot would do it from where the deletion stands."""
        now = await self.rig.store.load(self.deletion.id)
        assert now is not None
        match name:
            case "review" if now.state is State.REQUESTED:
                await self.click(now, State.REVIEWED)
            case "confirm" if now.state is State.REVIEWED:
                await self.click(now, State.EXECUTING, BOB)
            case "schedule" if now.state is State.REVIEWED:
                await self.click(now, State.SCHEDULED, BOB)
            case "stop" if now.state is State.SCHEDULED:
                await self.click(now, State.CANCELLED, BOB)
            case "launch" if now.state is State.SCHEDULED:
                await self.begin(launched(now), frozen_in_grace, now)
            case "resend" if now.state is State.EXECUTING and now.calls > 1:
                await self.begin(now, _frozen_again, now, What.SENT_AGAIN)
            case "freeze":
                await self.brakes.freeze(ALICE, "")
            case "unfreeze":
                await self.brakes.unfreeze(ALICE)
            case "cancel" if now.state in AWAITING_A_CLICK:
                await self.click(now, State.CANCELLED)
            case "replay" if self.clicks:
                token, to, seen = self.last
                with contextlib.suppress(BrakedError):
                    await self.rig.store.advance(seen, to, token=token, by=self.by, grace=GRACE)
            case "claim":
                await self.rig.pass_time(TIMINGS.call_lease)
                await self.rig.store.claim()
            case "expire" if now.state in AWAITING_A_CLICK:
                await self.rig.store.hold(replace(now, state=State.EXPIRED))
            case "outcome" if now.state is State.EXECUTING:
                outcome = Outcome(Verdict(state.value), "success", "OK", request_id="req")
                until = now.seen_at + 10 if state in LOOKED_INTO else 0
                await self.rig.store.hold(replace(now, state=state, outcome=outcome, verify_until=until))
            case "look" if now.state in LOOKED_INTO and now.verify_until:
                await self.rig.store.hold(replace(now, looks=now.looks + 1))
            case "settle" if now.state in LOOKED_INTO:
                await self.rig.store.hold(replace(now, state=State.UNKNOWN, verify_until=0))
            case "stale":
                with contextlib.suppress(FencedError):
                    await self.rig.store.hold(replace(self.deletion, state=State.EXPIRED, epoch=0))
            case "draw" if now.state is not State.EXECUTING:  # what is drawn during a call is not noted
                await self.rig.store.hold(replace(now, drawn=now.state, tries=now.tries + 1))
            case "again":
                with contextlib.suppress(BrakedError):
                    await self.rig.store.request(new())

    async def click(self, seen: Deletion, to: State, by: SlackUser = ALICE) -> None:
        """A click with a token of its own."""
        self.clicks += 1
        self.last, self.by = (f"{seen.id}-{self.clicks}", to, seen), by
        with contextlib.suppress(BrakedError):
            await self.rig.store.advance(seen, to, token=self.last[0], by=by, grace=GRACE)

    async def begin(
        self, begun: Deletion, braked: Callable[[Deletion, Brake], Deletion], now: Deletion, what: What | None = None
    ) -> None:
        """A call is about to be sent; what a freeze makes of the deletion is written instead."""
        try:
            await self.rig.store.hold(begun, what)
        except BrakedError as error:
            await self.rig.store.hold(braked(now, error.brake))


def _frozen_again(now: Deletion, _: Brake) -> Deletion:
    return frozen_after_interruption(now, TIMINGS)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    begins=st.sampled_from([[], ["review", "confirm"], ["review", "schedule"], ["review", "confirm", "claim"]]),
    moves=st.lists(
        st.tuples(
            st.sampled_from(MOVES), st.sampled_from([State.DELETED, State.FAILED, State.UNKNOWN, State.ACCEPTED])
        ),
        max_size=20,
    ),
)
async def test_the_record_and_the_state_never_disagree(
    redis_server: EmbeddedServer,
    redis_client: Redis,
    disposable_prefix: str,
    begins: list[str],
    moves: list[tuple[str, State]],
) -> None:
    """What the record says of each deletion is what its hash says, and the chain is whole."""
    async for key in redis_client.scan_iter(f"{disposable_prefix}:*"):
        await redis_client.delete(key)
    async with Rig(redis_server.url, redis_client, disposable_prefix) as rig:
        life = Life(rig, await rig.requested())
        for name, state in [*((name, State.DELETED) for name in begins), *moves]:
            await life.move(name, state)
        await check_agreement(redis_client, disposable_prefix)
