"""The scene of a soak: Slack with hundreds of teams, CodeArts Check, one Redis, and replicas of the bot."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak.board import Board, Team
from benchmarks.soak.freezes import ADMIN
from bot.manifest import parsed_manifest
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.slack import SlackStandIn
from tests.store.servers import Server, running, valkey

TEAMS = 600
"""How many conversations there can be at once, and a third as many again in channels where others confirm."""
PREFIX = "soak"
_SETTINGS = """
[allow]
admins = ["{admin}"]

[confirmation]
ttl_seconds = {ttl}
dwell_seconds = 1
verify_seconds = 45

[second_person]
ttl_seconds = {ttl}

[[rules]]
match = {{ channels = ["C*GATE"] }}
second_step = "second_person"
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who and what is there.

    Args:
        slack: the stand-in Slack.
        codearts: the stand-in CodeArts Check.
        redis: the Redis server, past every fault.
        board: what people see.
        teams: who can talk, and is free.
        gates: the same, in channels where another person has to confirm.
        folder: the bots' working folder, with their codecheck.toml.
    """

    slack: SlackStandIn
    codearts: CodeArtsStandIn
    redis: Server
    board: Board
    teams: list[Team]
    gates: list[Team]
    folder: Path


@asynccontextmanager
async def on_this_machine(folder: Path, ttl: int) -> AsyncIterator[Scene]:
    """A scene on 127.0.0.1; all of it stops at the end of the block. See `set_scene`."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest()))
        codearts = await stack.enter_async_context(CodeArtsStandIn(tasks=()))
        redis = await stack.enter_async_context(running(valkey(), folder / "redis", "--appendonly", "yes"))
        yield set_scene(slack, codearts, redis, folder, ttl)


def set_scene(slack: SlackStandIn, codearts: CodeArtsStandIn, redis: Server, folder: Path, ttl: int) -> Scene:
    """Let people in, and write the bots' settings.

    Args:
        slack: runs already, as the others do.
        codearts: has no tasks yet.
        redis: is empty.
        folder: for codecheck.toml.
        ttl: seconds until a request expires.
    """
    teams = [_team(slack, number, "TEAM") for number in range(TEAMS)]
    gates = [_team(slack, number, "GATE") for number in range(TEAMS, TEAMS + TEAMS // 3)]
    (folder / "codecheck.toml").write_text(_operators([*teams, *gates]) + _SETTINGS.format(ttl=ttl, admin=ADMIN))
    return Scene(slack, codearts, redis, Board(slack, codearts), teams, gates, folder)


def _team(slack: SlackStandIn, number: int, kind: str) -> Team:
    asker, other = (slack.user(f"U{number:05}{which}", f"{which.lower()}{number}") for which in ("ASKER", "OTHER"))
    return Team(asker, other, slack.channel(f"C{number:05}{kind}", f"team-{number}", members=[asker, other]))


def _operators(teams: Iterable[Team]) -> str:
    people = [person for team in teams for person in (team.asker, team.other)]
    return "[operators]\n" + "".join(f"{person.id} = {json.dumps(person.user.name)}\n" for person in people)
