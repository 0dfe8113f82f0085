"""The keys, and what a Redis user of the bot must be allowed."""

import pytest

from bot.deletions.ports import Change, Close
from bot.domain.audit import of_refusal
from bot.domain.deletion import ResponseUrl
from bot.domain.errors import NotRecordedError, PersonError
from bot.domain.lifecycle import Action
from bot.domain.rate_limits import Limits
from bot.domain.timings import Timings
from bot.store.probe import probe
from bot.store.schema import COMMANDS, Keys, acl_rules
from tests.store.conftest import each_server
from tests.store.rig import ALICE, Rig, acting, conflict_of

URL = ResponseUrl("https://hooks.example.com/actions/2", edits_prompt=True)


async def as_user(rig: Rig, rules: str) -> Rig:
    """The same rig, signed in as a user with these rules, in a database of its own."""
    await rig.redis.execute_command("ACL", "SETUSER", "bot", "reset", "on", ">s3cret", *rules.split())
    await rig.redis.script_flush()
    await rig.redis.select(1)  # the looking behind goes there as well
    return Rig(rig.url.replace("//", "//bot:s3cret@") + "/1", rig.redis, rig.prefix)


async def live(rig: Rig) -> None:
    """Use everything that the bot uses."""
    store = rig.another_store(wait_replicas=0)
    await rig.store.keep_response_url("one", URL)
    assert await rig.store.response_url("one") == URL
    cancelled = await rig.act(await rig.requested("task-1"), Action.CANCEL)
    await rig.store.commit(Change(cancelled, cancelled, then=Close()))
    called = await rig.interrupted("task-2")
    vanished = await rig.requested("task-3")
    await rig.redis.delete(rig.keys.deletion(vanished.id))
    await rig.redis.zadd(rig.keys.due, {vanished.id: 1})
    assert await store.take_due() == []
    limited = rig.another_store(limits=Limits(per_hour=1))
    await conflict_of(limited, acting(await rig.reviewed("task-4"), Action.CONFIRM))
    assert called.id in [deletion.id for deletion in (await store.pending()).deletions]
    await rig.freezes.freeze(ALICE, "an audit")
    assert await rig.freezes.current()
    assert await rig.freezes.unfreeze(ALICE)
    await rig.audit.append(of_refusal(ALICE, "delete", "frozen", "C0QUALITY"))
    assert await rig.audit.latest()
    assert await rig.audit.seal()
    await rig.audit.append(of_refusal(ALICE, "delete", "frozen", "C0QUALITY"))
    assert await rig.audit.seal()
    assert await rig.audit.trim(-Timings().retention)
    assert await rig.audit.following()


@each_server
async def test_the_printed_rules_suffice(own_rig: Rig) -> None:
    """A user with exactly these rules can do all that the bot does, the probe included."""
    async with await as_user(own_rig, acl_rules("own")) as rig:
        await live(rig)
        await probe(rig.calls)


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in {"ping", "wait"}])
async def test_every_printed_rule_is_needed(own_rig: Rig, command: str) -> None:
    """Least privilege: without any one of them something is refused (PING and WAIT: see the probe's tests)."""
    rules = " ".join(rule for rule in acl_rules("own").split() if rule != f"+{command}")
    async with await as_user(own_rig, rules) as rig:
        with pytest.raises(PersonError):
            await live(rig)


async def test_other_keys_are_out_of_reach(own_rig: Rig) -> None:
    """The rules open the bot's prefix and no other."""
    async with await as_user(own_rig, acl_rules("another")) as rig:
        with pytest.raises(NotRecordedError):
            await rig.requested()


def test_all_keys_share_a_cluster_slot_and_the_prefix() -> None:
    """A script may only use keys of one slot, which the hash tag decides; an ACL goes by the prefix."""
    keys = Keys("codecheck")
    everything = [
        keys.due,
        keys.freeze,
        keys.events,
        keys.checkpoints,
        keys.checkpoint,
        *(
            key("one")
            for key in (keys.deletion, keys.task, keys.response_url, keys.hour, keys.burst, keys.done, keys.probe)
        ),
    ]
    assert len(set(everything)) == 12
    assert all(key.startswith("codecheck:{deletions}:") for key in everything)
