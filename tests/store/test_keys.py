"""The keys, and what a Redis user of the bot must be allowed."""

import secrets

import pytest
from redis.exceptions import RedisError

from bot.domain.brakes import Limits
from bot.domain.deletion import ResponseUrl, State
from bot.domain.errors import BrakedError, NotRecordedError, PersonError
from bot.domain.record import of_refusal
from bot.store.brakes import RedisBrakes
from bot.store.connection import connect
from bot.store.keys import COMMANDS, Keys, acl_rules
from bot.store.record import RedisRecord
from tests.store.rig import ALICE, Rig

URL = ResponseUrl("https://hooks.example.com/actions/2", edits_prompt=True)


async def live(rig: Rig, rules: str) -> None:
    """Use everything that the bot uses, in a database of its own, as a user with these rules."""
    user, password = f"bot-{secrets.token_hex(4)}", secrets.token_hex(8)
    await rig.redis.execute_command("ACL", "SETUSER", user, "on", f">{password}", *rules.split())
    await rig.redis.script_flush()
    url = rig.url.replace("unix://", f"unix://{user}:{password}@") + "?db=1"
    await rig.redis.select(1)
    rig.store = rig.another_store(url, wait_replicas=0)
    client = connect(url)
    try:
        await client.ping()
        await client.wait(0, 1)
        await rig.store.keep_response_url("one", URL)
        assert await rig.store.response_url("one") == URL
        await rig.won(await rig.requested("task-1"), State.CANCELLED)
        executing = await rig.executing("task-2")
        await rig.store.rest(executing, 1)
        assert await rig.store.claim() is not None
        vanished = await rig.requested("task-3")
        await rig.store.rest(vanished, 1)
        await rig.redis.delete(rig.keys.deletion(vanished.id))
        assert await rig.store.claim() is None
        await rig.store.close(await rig.loaded(executing))
        limited = rig.limited_store(url, Limits(per_hour=1))
        with pytest.raises(BrakedError):
            await limited.advance(await rig.reviewed("task-4"), State.EXECUTING, token="one too many")
        assert await limited.pending()
        brakes, record = RedisBrakes(client, prefix=rig.prefix), RedisRecord(client, prefix=rig.prefix)
        await brakes.freeze(ALICE, "an audit")
        assert await brakes.frozen()
        await record.note(of_refusal(ALICE, "delete", "frozen", "C0QUALITY"))
        assert await record.latest()
        assert await record.following()
        assert (await record.ends()).head.number
        assert await record.trim(-1)
    finally:
        await client.aclose()
        await rig.redis.flushall()


async def test_the_printed_rules_suffice(own_rig: Rig) -> None:
    """A user with exactly these rules can do all that the bot does, waiting for replicas included."""
    await live(own_rig, acl_rules("own"))


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_printed_rule_is_needed(own_rig: Rig, command: str) -> None:
    """Least privilege: without any one of them something is refused."""
    with pytest.raises((PersonError, RedisError)):
        await live(own_rig, acl_rules("own").replace(f" +{command}", "", 1) + f" -{command}")


async def test_other_keys_are_out_of_reach(own_rig: Rig) -> None:
    """The rules open the bot's prefix and no other."""
    with pytest.raises(NotRecordedError):
        await live(own_rig, acl_rules("another"))


def test_all_keys_share_a_cluster_slot_and_the_prefix() -> None:
    """A script may only use keys of one slot, which the hash tag decides; an ACL goes by the prefix."""
    keys = Keys("codecheck")
    everything = [keys.due, keys.deletion("one"), keys.task("one"), keys.response_url("one")]
    assert len(set(everything)) == 4
    assert all(key.startswith("codecheck:{deletions}:") for key in everything)
