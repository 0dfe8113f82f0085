"""The scene of a soak: Slack with hundreds of teams, CodeArts Check, one Redis, and replicas of the bot."""

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.soak.board import Board, Team
from bot.manifest import parsed_manifest
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.slack import SlackStandIn
from tests.store.servers import Server, free_port, valkey

TEAMS = 600
PREFIX = "soak"
_SETTINGS = """
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
async def open_scene(folder: Path, ttl: int, teams: int = TEAMS) -> AsyncIterator[Scene]:
    """Start the stand-ins and Redis; all of it stops at the end of the block.

    Args:
        folder: an empty one.
        ttl: seconds until a request expires.
        teams: how many conversations there can be at once; a third as many again where others confirm.
    """
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest()))
        codearts = await stack.enter_async_context(CodeArtsStandIn(tasks=()))
        (folder / "redis").mkdir()
        redis = Server(valkey(), free_port(), folder / "redis", ("--appendonly", "yes"))
        await redis.start()
        stack.push_async_callback(redis.stop)
        people = [_team(slack, number, "TEAM") for number in range(teams)]
        gates = [_team(slack, number, "GATE") for number in range(teams, teams + teams // 3)]
        (folder / "codecheck.toml").write_text(_operators([*people, *gates]) + _SETTINGS.format(ttl=ttl))
        yield Scene(slack, codearts, redis, Board(slack, codearts), people, gates, folder)


def _team(slack: SlackStandIn, number: int, kind: str) -> Team:
    asker, other = (slack.user(f"U{number:05}{which}", f"{which.lower()}{number}") for which in ("ASKER", "OTHER"))
    return Team(asker, other, slack.channel(f"C{number:05}{kind}", f"team-{number}", members=[asker, other]))


def _operators(teams: Iterable[Team]) -> str:
    people = [person for team in teams for person in (team.asker, team.other)]
    return "[operators]\n" + "".join(f"{person.id} = {json.dumps(person.user.name)}\n" for person in people)
