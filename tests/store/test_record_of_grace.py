"""What the record says of a grace: who asked, who confirmed, who stopped it, and when the call was taken up."""

from bot.domain.deletion import Deletion, State
from bot.domain.identity import SlackUser
from bot.domain.next_step import launched
from bot.store.record import RedisRecord
from tests.record.agreement import check_agreement
from tests.store.rig import Rig

BOB = SlackUser("T0TEAM", "U0BOB")
CAROL = SlackUser("T0TEAM", "U0CAROL")


async def scheduled(rig: Rig) -> Deletion:
    """Alice's request, confirmed by Bob."""
    after, won = await rig.store.advance(await rig.reviewed(), State.SCHEDULED, token="2", by=BOB, grace=60_000)
    assert won
    return after


async def story(rig: Rig) -> list[tuple[str, ...]]:
    """What the record tells, in order: what, who, who had asked, and the state from there on."""
    entries = await RedisRecord(rig.redis, prefix=rig.prefix).following()
    return [tuple(entry.says(name) for name in ("what", "who", "requester", "state")) for entry in entries]


FIRST = [("requested", "U0ALICE", "", "requested"), ("reviewed", "U0ALICE", "", "reviewed")]
CONFIRMED = ("confirmed", "U0BOB", "U0ALICE", "scheduled")


async def test_a_call_after_a_grace(rig: Rig) -> None:
    """The confirmation begins the grace, by whoever gave it for whoever asked; the bot takes the call up."""
    await rig.store.hold(launched(await scheduled(rig)))
    assert await story(rig) == [*FIRST, CONFIRMED, ("called", "bot", "U0ALICE", "executing")]
    await check_agreement(rig.redis, rig.prefix)


async def test_a_stop(rig: Rig) -> None:
    """It is recorded as cancelled, by whoever pressed it; a replay is not recorded again."""
    before = await scheduled(rig)
    for _ in range(2):
        await rig.store.advance(before, State.CANCELLED, token="stop", by=CAROL)
    assert await story(rig) == [*FIRST, CONFIRMED, ("cancelled", "U0CAROL", "U0ALICE", "cancelled")]
    await check_agreement(rig.redis, rig.prefix)


async def test_a_countdown_is_not_recorded(rig: Rig) -> None:
    """Holding and resting in the grace says nothing new."""
    held = await rig.store.hold(await scheduled(rig))
    await rig.store.rest(held, held.next_count)
    assert await story(rig) == [*FIRST, CONFIRMED]
    await check_agreement(rig.redis, rig.prefix)


async def test_who_confirmed_at_once_is_named_beside_who_asked(rig: Rig) -> None:
    """Without a grace the confirmation names both as well."""
    await rig.store.advance(await rig.reviewed(), State.EXECUTING, token="2", by=BOB)
    assert await story(rig) == [*FIRST, ("confirmed", "U0BOB", "U0ALICE", "executing")]
    await check_agreement(rig.redis, rig.prefix)
