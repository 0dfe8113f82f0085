"""Replies lost on the wire: Redis has done it, the bot has not heard, and asks again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple, replace
from hashlib import sha1
from urllib.parse import unquote, urlsplit

import pytest

from bot.domain.deletion import ResponseUrl, State
from bot.domain.errors import MaybeRecordedError
from tests.store.rig import PROMPT, TIMINGS, Rig, new
from tests.store.test_writing import Write, every_write, progressed
from tests.wire.proxy import Proxy


@asynccontextmanager
async def between(rig: Rig) -> AsyncIterator[Proxy]:
    """A proxy between a new store of the rig's and its server."""
    for script in astuple(rig.scripts):  # so that no reply lost is a mere NOSCRIPT
        await rig.redis.script_load(script)
    path = unquote(urlsplit(rig.url).path)
    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        direct, rig.store = rig.store, rig.another_store(f"redis://127.0.0.1:{proxy.port}")
        await rig.store.load("connects, so that what follows is lost on a connection in use")
        yield proxy
        rig.store = direct


async def test_a_request_whose_reply_is_lost_is_created_once(rig: Rig) -> None:
    """Its caller is told that it was created, and holds it."""
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        deletion, created = await rig.store.request(new())
        assert proxy.lost == 1
    assert created
    assert (await rig.loaded(deletion)).epoch == deletion.epoch == 1
    assert await rig.redis.zcard(rig.keys.due) == 1


async def test_a_click_whose_reply_is_lost_wins(rig: Rig) -> None:
    """It is recorded once, and its caller is told so."""
    reviewed = await rig.reviewed()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        executing, won = await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
        assert proxy.lost == 1
    assert won
    loaded = await rig.loaded(reviewed)
    assert loaded == replace(executing, seen_at=loaded.seen_at)
    assert (loaded.epoch, loaded.calls) == (reviewed.epoch + 1, 1)


@every_write
async def test_a_write_whose_reply_is_lost_is_written_once(rig: Rig, write: Write) -> None:
    """It is not fenced by itself."""
    executing = await rig.executing()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        await write(rig.store, progressed(executing))
        assert proxy.lost == 1
    loaded = await rig.loaded(executing)
    assert (loaded.state, loaded.epoch) == (State.ACCEPTED, executing.epoch + 1)


async def test_a_held_deletion_can_be_written_again_after_a_lost_reply(rig: Rig) -> None:
    """The caller has the epoch that Redis has."""
    executing = await rig.executing()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        held = await rig.store.hold(executing)
        await rig.store.hold(replace(held, drawn="executing"))
    assert (await rig.loaded(executing)).drawn == "executing"


async def test_what_a_lost_claim_took_waits_for_the_lease(rig: Rig) -> None:
    """Nobody holds it, so it is due again when the lease is over: nothing is lost, only late."""
    deletion = await rig.requested()
    await rig.pass_time(TIMINGS.talk_lease)
    async with between(rig) as proxy:
        proxy.lose_reply(to=sha1(rig.scripts.claim.encode(), usedforsecurity=False).hexdigest().encode())
        assert await rig.store.claim() is None
        assert proxy.lost == 1
        await rig.pass_time(TIMINGS.talk_lease)
        claimed = await rig.store.claim()
    assert claimed is not None
    assert (claimed.id, claimed.epoch) == (deletion.id, 3)


async def test_a_request_lost_on_its_way_is_sent_again(rig: Rig) -> None:
    """Whether Redis has heard it or not makes no difference."""
    async with between(rig) as proxy:
        proxy.lose_request(holding=b"EVALSHA")
        _, created = await rig.store.request(new())
        assert proxy.lost == 1
    assert created


async def test_a_response_url_whose_reply_is_lost_is_kept(rig: Rig) -> None:
    """Writing it twice is writing it once."""
    url = ResponseUrl("https://hooks.example.com/actions/2", edits_prompt=True)
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"SET")
        await rig.store.keep_response_url("one", url)
        assert proxy.lost == 1
    assert await rig.store.response_url("one") == url


async def test_when_every_reply_is_lost_nobody_knows(rig: Rig) -> None:
    """Then it may have been recorded, and here it was."""
    reviewed = await rig.reviewed()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA", times=20)
        async with asyncio.timeout(2.5):
            with pytest.raises(MaybeRecordedError):
                await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert (await rig.loaded(reviewed)).state is State.EXECUTING


async def test_a_whole_life_survives_the_loss_of_every_second_reply(rig: Rig) -> None:
    """Request, review, confirm, outcomes, close: each is answered as if nothing had been lost."""
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        deletion, created = await rig.store.request(new())
        assert created
        for to in (State.REVIEWED, State.EXECUTING):
            proxy.lose_reply(to=b"EVALSHA")
            deletion, won = await rig.store.advance(deletion, to, token=f"to {to}", prompt=PROMPT)
            assert won
        for state in (State.UNKNOWN, State.DELETED):
            proxy.lose_reply(to=b"EVALSHA")
            deletion = await rig.store.hold(replace(deletion, state=state))
        proxy.lose_reply(to=b"EVALSHA")
        await rig.store.close(deletion)
        assert proxy.lost == 6
    ended = await rig.loaded(deletion)
    assert (ended.state, ended.calls, ended.epoch) == (State.DELETED, 1, 6)
    assert await rig.deadline(deletion) is None
