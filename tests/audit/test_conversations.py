"""Whole conversations, after which the audit log and the state agree: a freeze, a limit, looking back, refusals."""

from collections.abc import AsyncIterator, Mapping

import pytest
from redis.asyncio import Redis

from bot.store.audit import RedisAuditLog
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from codecheck_sandbox.slack import Message
from tests.audit.agreement import check_agreement
from tests.fixtures.world import (
    ANOTHER_TASK,
    STEP_2,
    TASK,
    OpenWorld,
    World,
    buttons,
    delete_label,
    second_step,
    words,
)

TOML = """
[allow]
admins = ["U01BOB"]
[limits]
deletions_per_hour_per_person = 1
"""


@pytest.fixture
async def world(open_world: OpenWorld, redis_client: Redis, redis_prefix: str) -> AsyncIterator[World]:
    """Bob is an admin; one deletion an hour for each. At the end the log and the state agree."""
    async with open_world(TOML) as opened:
        yield opened
        await opened.stop()
        await check_agreement(redis_client, redis_prefix)


async def refusals(redis: Redis, prefix: str) -> list[Mapping[str, str | int]]:
    """The refusals in the log."""
    log = RedisAuditLog(RedisCalls(redis, Keys(prefix)))
    return [event.values async for event in log.events() if event.get("kind") == "refused"]


async def test_a_freeze_between_the_steps(world: World) -> None:
    """The confirmation is refused with who and why, the prompt shows it, requests are refused; then it goes on."""
    await world.ask()
    await world.review()
    refused = await world.alice.types("/codecheck freeze", in_=world.channel)
    assert "Only admins can do that" in refused.text
    prompt = await world.latest(STEP_2)
    answer = await world.bob.types("/codecheck freeze the audit is on", in_=world.channel)
    assert "frozen by <@U01BOB>" in answer.text
    await world.latest("Deletions are frozen by <@U01BOB>: “the audit is on”", "for good?")
    await world.alice.clicks(delete_label(), on=prompt, stale=True)
    await world.told(world.alice, "the audit is on")
    asked = await world.alice.types(f"/codecheck delete {ANOTHER_TASK}", in_=world.channel)
    assert "the audit is on" in asked.text
    stranger = await world.carol.types(f"/codecheck delete {ANOTHER_TASK}", in_=world.channel)
    assert "audit" not in stranger.text
    assert world.codearts.deletions == []
    assert "go on" in (await world.bob.types("/codecheck unfreeze", in_=world.channel)).text
    await world.slack.until(lambda: buttons(world.now(prompt)) == second_step())
    await world.confirm()
    await world.latest("status: success")


async def test_a_limit(world: World) -> None:
    """The second confirmation within the hour is refused with when the next is possible; the admin is told once."""
    await world.delete()
    await world.latest("status: success")
    await world.ask(ANOTHER_TASK)
    await world.review()
    for _ in range(2):
        await world.confirm(ANOTHER_TASK)
    await world.told(world.alice, "The next deletion is possible at")
    await world.slack.until(lambda: world.bob.dm.messages)
    await world.stop()
    (warning,) = world.bob.dm.messages
    assert "<@U01ALICE>" in words(warning)
    assert [gone.operator for gone in world.codearts.deletions] == ["alice"]


def private(world: World) -> Message:
    """What Alice alone reads last."""
    return next(seen for seen in reversed(world.alice.sees(world.channel)) if seen.only_for == world.alice.id)


async def test_looking_back(world: World) -> None:
    """History is private, turns its pages in place, and strangers learn nothing of it; pending lists what waits."""
    await world.ask()
    await world.review()
    for number in range(12):
        await world.bob.types(f"/codecheck freeze number {number}", in_=world.channel)
        await world.bob.types("/codecheck unfreeze", in_=world.channel)
    pending = await world.alice.types("/codecheck pending", in_=world.channel)
    assert "1 waiting" in pending.text
    assert "webshop-frontend" in pending.text

    await world.alice.types("/codecheck history", in_=world.channel)
    newest = private(world)
    assert "number 11" in words(newest)
    assert "number 0" not in words(newest)
    await world.alice.clicks("Older", on=world.channel)
    await world.slack.until(lambda: "number 5" in words(private(world)))
    await world.alice.clicks("Older", on=world.channel)
    await world.slack.until(lambda: "number 5" not in words(private(world)))
    assert "asked to delete webshop-frontend" in words(private(world))
    await world.alice.clicks("Newer", on=world.channel)
    await world.slack.until(lambda: "asked to delete" not in words(private(world)))

    of_task = await world.alice.types(f"/codecheck history {TASK}", in_=world.channel)
    assert "number" not in of_task.text
    assert "reviewed it" in of_task.text
    of_carol = await world.alice.types("/codecheck history <@U01CAROL|carol>", in_=world.channel)
    assert "There is nothing." in of_carol.text
    for command in ("history", "pending"):
        answer = await world.carol.types(f"/codecheck {command}", in_=world.channel)
        assert "no CodeArts user is set for you" in answer.text
        assert "webshop" not in answer.text


async def test_every_refusal_is_recorded_once(world: World, redis_client: Redis, redis_prefix: str) -> None:
    """Of a command, a button and a modal; what was repeated is one event with a count."""
    prompt = await world.ask()
    await world.review()
    for _ in range(3):
        await world.carol.types(f"/codecheck delete {TASK}", in_=world.channel)
    await world.carol.types("/codecheck history", in_=world.channel)
    await world.carol.types("/codecheck pending", in_=world.channel)
    await world.alice.types("/codecheck freeze", in_=world.channel)
    await world.alice.types("/codecheck unfreeze", in_=world.channel)
    await world.bob.types(f"/codecheck delete {TASK}", in_=world.channel)
    await world.bob.clicks(delete_label(), on=prompt)
    await world.told(world.bob, "This one is <@U01ALICE>'s to confirm")
    await world.stop()
    found = [
        (each["who"], each["action"], each["reason"], each.get("count", 1))
        for each in await refusals(redis_client, redis_prefix)
    ]
    assert sorted(map(str, found)) == sorted(
        map(
            str,
            [
                ("U01CAROL", "delete", "no_operator", 1),
                ("U01CAROL", "delete", "no_operator", 2),
                ("U01CAROL", "history", "no_operator", 1),
                ("U01CAROL", "pending", "no_operator", 1),
                ("U01ALICE", "freeze", "not_admin", 1),
                ("U01ALICE", "unfreeze", "not_admin", 1),
                ("U01BOB", "delete", "already_requested", 1),
                ("U01BOB", "confirm", "not_requester", 1),
            ],
        )
    )


async def test_a_wrong_name_is_a_refusal(open_world: OpenWorld, redis_client: Redis, redis_prefix: str) -> None:
    """Typed into the modal; the right one then counts."""
    async with open_world('[confirmation]\nsecond_step = "typed"\n') as world:
        await world.ask()
        await world.review()
        await world.slack.until(lambda: world.alice.views)
        answer = await world.alice.submits({"Type webshop-frontend to confirm": "webshop-admin"})
        assert answer.errors
        await world.stop()
        found = [(each["action"], each["reason"]) for each in await refusals(redis_client, redis_prefix)]
        assert found == [("confirm", "wrong_name")]
        await check_agreement(redis_client, redis_prefix)
