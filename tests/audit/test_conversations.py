"""Whole conversations: a freeze between the steps, a burst, looking back page by page, and what is pending."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.manifest import parsed_manifest
from bot.store.connection import connect
from bot.store.embedded import start_embedded
from codecheck_sandbox.world import World, open_world
from tests.audit.agreement import check_agreement

TOML = """
[allow]
admins = ["U01BOB"]
[limits]
deletions_per_hour_per_person = 1
"""
TASKS = ["897acf7a1bd64e3b9b7b6c0de36e0c3d", "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b"]


@pytest.fixture(params=[True, False], ids=["socket", "http"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Alice and Bob have operators, Bob is an admin; one deletion an hour for each. The record agrees at the end."""
    server = await start_embedded(tmp_path / "redis")
    async with open_world(parsed_manifest(), server.url, tmp_path, socket_mode=request.param, toml=TOML) as opened:
        yield opened

    client = connect(server.url)
    await check_agreement(client, "codecheck")
    await client.aclose()
    await server.stop()


async def reviewed(world: World, task_id: str) -> None:
    """Alice asks, and takes the first step."""
    seen = len(world.channel.messages)
    await world.alice.types(f"/codecheck delete {task_id}", in_=world.channel)
    await world.slack.until(lambda: len(world.channel.messages) > seen)
    await world.alice.clicks("Review deletion…", on=world.channel)
    await world.slack.until(lambda: "Step 2 of 2" in world.channel.messages[-1].text)


def private(world: World) -> str:
    """What Alice alone reads last."""
    return next((m.text for m in reversed(world.alice.sees(world.channel)) if m.only_for == world.alice.id), "")


async def test_a_freeze_between_the_steps(world: World) -> None:
    """The confirmation is refused with who and why, the prompt shows it, requests are refused; then it goes on."""
    await reviewed(world, TASKS[0])
    refused = await world.alice.types("/codecheck freeze", in_=world.channel)
    assert "only admins" in refused.text
    answer = await world.bob.types("/codecheck freeze the audit is on", in_=world.channel)
    assert "frozen by <@U01BOB>" in answer.text
    await world.alice.clicks("Delete task 897acf…", on=world.channel)
    await world.slack.until(lambda: "the audit is on" in private(world))
    await world.slack.until(lambda: "the audit is on" in str(world.channel.messages[-1].blocks))
    asked = await world.alice.types(f"/codecheck delete {TASKS[1]}", in_=world.channel)
    assert "the audit is on" in asked.text
    stranger = await world.carol.types(f"/codecheck delete {TASKS[1]}", in_=world.channel)
    assert "audit" not in stranger.text
    assert world.codearts.deletions == []
    assert "go on" in (await world.bob.types("/codecheck unfreeze", in_=world.channel)).text
    await world.alice.clicks("Delete task 897acf…", on=world.channel)
    await world.slack.until(lambda: "status: success" in world.channel.messages[-1].text)


async def test_a_burst(world: World) -> None:
    """The second confirmation within the hour is refused with when to try again, and the admin is told once."""
    await reviewed(world, TASKS[0])
    await world.alice.clicks("Delete task 897acf…", on=world.channel)
    await world.slack.until(lambda: "status: success" in world.channel.messages[-1].text)
    await reviewed(world, TASKS[1])
    for _ in range(2):
        await world.alice.clicks("Delete task 2b6f4c…", on=world.channel)
    await world.slack.until(lambda: "Try again after" in private(world))
    await world.slack.until(lambda: world.bob.dm.messages)
    assert len(world.bob.dm.messages) == 1
    assert [gone.operator for gone in world.codearts.deletions] == ["alice"]


async def test_looking_back(world: World) -> None:
    """History is private, turns its pages in place, and strangers learn nothing of it; pending lists what waits."""
    await reviewed(world, TASKS[0])
    for _ in range(12):
        await world.alice.types(f"/codecheck delete {TASKS[0]}", in_=world.channel)
    assert "Pending, page 1 of 1" in (await world.alice.types("/codecheck pending", in_=world.channel)).text
    await world.alice.types(f"/codecheck history {TASKS[0]}", in_=world.channel)
    newest = private(world)
    assert newest.count("already_requested") > 1
    assert "requested*" not in newest
    await world.alice.clicks("Older", on=world.channel)
    await world.slack.until(lambda: "requested*" in private(world))
    await world.alice.clicks("Newer", on=world.channel)
    await world.slack.until(lambda: "requested*" not in private(world))
    by_bob = await world.alice.types("/codecheck history <@U01BOB|bob>", in_=world.channel)
    assert "nothing" in by_bob.text
    for command in ("history", "pending"):
        answer = await world.carol.types(f"/codecheck {command}", in_=world.channel)
        assert "no CodeArts Check operator" in answer.text
        assert TASKS[0] not in answer.text
