"""How many messages people get about a request that needs a second person, as docs/second-person.md says."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from codecheck_sandbox.slack import Message
from tests.fixtures.world import QUICK, OpenWorld
from tests.scenarios.test_second_person import ASK, DECLINE, HOUR, Office, dm, in_thread, office, shows, thread

DOCUMENT = Path(__file__).parents[2] / "docs" / "second-person.md"
MENTION = re.compile(r"<@(?!U01ALICE)[UW][0-9A-Z]+>")
PATIENT = replace(QUICK, facts=2_000)  # a prompt whose facts come later is edited once more
TWO = ASK + "confirmers = 2\n"
NOBODY = '[second_person]\nask = ["U01ALICE", "U01CAROL"]\n'


async def soon(at: Office) -> None:
    """Bob confirms at once."""
    await asked(at)
    await at.world.confirm(by=at.world.bob)


async def later(at: Office) -> None:
    """Bob confirms at two."""
    await reminded_twice(at)
    await at.world.confirm(by=at.world.bob)
    await dm(at.world, at.world.alice, "was deleted")


async def declined(at: Office) -> None:
    """Bob declines at two."""
    bob = at.world.bob
    await reminded_twice(at)
    await bob.clicks(DECLINE, on=at.world.channel)
    await at.world.slack.until(lambda: bob.views)
    await bob.submits({"reason": "still in use"})
    await dm(at.world, at.world.alice, "declined")


async def nobody_comes(at: Office) -> None:
    """Eight hours pass."""
    await reminded_twice(at)
    await at.world.pass_time(8 * HOUR)
    await dm(at.world, at.world.alice, "nobody confirmed")


async def both(at: Office) -> None:
    """Bob, then Dave."""
    await asked(at)
    await at.world.confirm(by=at.world.bob)
    await at.world.latest("1 of 2 confirmed")
    await at.world.confirm(by=at.dave)


async def nobody_may(at: Office) -> None:
    """Alice and Carol are asked, but neither may confirm."""
    await at.world.alice.clicks("Review deletion…", on=at.world.channel)
    await dm(at.world, at.world.alice, "Nobody who is asked")


async def asked(at: Office) -> None:
    """Alice reviews, and the others are asked."""
    await at.world.review()
    await at.world.latest("please have a look")


async def reminded_twice(at: Office) -> None:
    """Requested at noon; now it is two o'clock."""
    await asked(at)
    prompt = at.world.alice.sees(at.world.channel)[0]
    for minutes, messages in ((16, 2), (50, 3), (54, 3)):
        await at.world.pass_time(minutes * 60)
        await at.world.slack.until(partial(_thread_has, at, prompt, messages))


def _thread_has(at: Office, prompt: Message, messages: int) -> bool:
    return len(thread(at.world, prompt)) == messages


@pytest.mark.parametrize(
    ("row", "course", "toml", "ends"),
    [
        ("confirmed within ten minutes", soon, ASK, "deleted"),
        ("confirmed after two hours, with two reminders", later, ASK, "deleted"),
        ("declined after two hours, with two reminders", declined, ASK, "declined by"),
        ("nobody comes", nobody_comes, ASK, "nobody confirmed by"),
        ("two of two confirm", both, TWO, "deleted"),
        ("no approver may confirm", nobody_may, NOBODY, "Nobody who is asked"),
    ],
)
async def test_what_people_hear(
    open_world: OpenWorld, row: str, course: Callable[[Office], Awaitable[None]], toml: str, ends: str
) -> None:
    """As many messages and mentions as the document says, and no more."""
    async with office(open_world, toml, timings=PATIENT) as at:
        world = at.world
        prompt = await world.ask()
        await course(at)
        await shows(world, prompt, ends)
        if ends == "deleted":
            await in_thread(world, prompt, "status: success")
        said = [seen for seen in world.alice.sees(world.channel) if seen.thread_ts == prompt.ts]
        heard = (
            len(said),
            sum(seen.broadcast for seen in said),
            sum(len(MENTION.findall(seen.text)) for seen in said),
            sum(len(person.sees(person.dm)) for person in (world.alice, world.bob, world.carol, at.dave, at.erin)),
            len(world.slack.wire.calls("chat.update")),
        )
    figures = " | ".join(map(str, heard))
    assert f"| {row} | {figures} |" in DOCUMENT.read_text(encoding="utf-8"), figures
