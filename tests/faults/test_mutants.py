"""Planted bugs: each goes into a copy of the bot's source, runs as a process, and is seen caught by the kill tests."""

import secrets
import shutil
import tempfile
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.embedded import EmbeddedServer
from tests.faults.bots import ROOT, open_nursery
from tests.faults.rig import Rig, open_rig
from tests.faults.test_killed_bot import DELETION, EXPIRY, Life, survives
from tests.faults.wire import Point


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug.

    Args:
        name: what it is.
        path: the file, within `bot`.
        sound: the text there that keeps it out.
        broken: what stands there instead.
        life: the life that shows it.
        point: where the bot is killed.
    """

    name: str
    path: str
    sound: str
    broken: str
    life: Life
    point: Point


MUTANTS = [
    Mutant(
        "no look-up before sending again",
        "deletions/executing.py",
        "settled = after_interruption(deletion, sighting, self._timings)",
        "settled = None",
        DELETION,
        Point("codearts DELETE", 1, "after"),
    ),
    Mutant(
        "announcing before the call",
        "deletions/executing.py",
        "            executed = await self._call(deletion, held_since)",
        "            from bot.domain.deletion import State\n            from dataclasses import replace\n"
        '            await self._conversation.tell(replace(deletion, state=State.DELETED), "result", response_url)\n'
        "            executed = await self._call(deletion, held_since)",
        DELETION,
        Point("codearts DELETE", 1, "after"),
    ),
    Mutant(
        "deadline dropped at the claim",
        "store/claim.lua",
        "redis.call('ZADD', due, now + lease, id)",
        "redis.call('ZREM', due, id)",
        EXPIRY,
        Point("redis save", 3, "before"),
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_a_planted_bug_is_caught(mutant: Mutant, redis_server: EmbeddedServer) -> None:
    """The same life with the same kill passes on the sound source, and fails on the broken one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "bot", folder / "bot")
        shutil.copy(ROOT / "manifest.yml", folder)
        source = folder / "bot" / mutant.path
        sound = source.read_text()
        assert sound.count(mutant.sound) == 1, "the text to be broken is not there once"
        source.write_text(sound.replace(mutant.sound, mutant.broken))
        async with open_nursery(folder, source=folder) as nursery:

            def world(**options: object) -> AbstractAsyncContextManager[Rig]:
                prefix = f"mutant-{secrets.token_hex(6)}"
                return open_rig(nursery, redis_server.url, prefix, **options)  # type: ignore[arg-type]

            with pytest.raises(AssertionError):
                await survives(mutant.life, mutant.point, world, socket_mode=False)
