"""Planted bugs: each is put into a copy of the bot's source, runs as a process, and must be caught.

Bugs that processes would show only by chance are planted in the transaction by `tests/store/test_mutants.py`: a
take-over that does not check the deadline (so that two may own the deletion), one that does not raise the version, and
a write without the fencing token.
"""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from bot.store.embedded import EmbeddedServer
from tests.faults.bots import ROOT, open_nursery
from tests.faults.conftest import Worlds
from tests.faults.rig import Rig, open_rig
from tests.faults.test_killed_bot import DELETION, EXPIRY, survives
from tests.faults.test_zombies import test_a_zombie_neither_sends_nor_writes as wake_a_zombie
from tests.faults.wire import Point

Test = Callable[[Worlds], Awaitable[object]]

killed_after_the_delete: Test = partial(survives, DELETION, Point("codearts DELETE", 1, "after"), socket_mode=False)
killed_after_a_take_over: Test = partial(survives, EXPIRY, Point("redis take over", 1, "after"), socket_mode=False)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug.

    Args:
        name: what it is.
        path: the file, within `bot`.
        sound: the text there that keeps it out.
        broken: what stands there instead.
        caught_by: what fails with it, and holds without it.
        red: how that fails.
    """

    name: str
    path: str
    sound: str
    broken: str
    caught_by: Test
    red: str


MUTANTS = [
    Mutant(
        "no look-up before sending again",
        "deletions/execution.py",
        "step = after_interruption(deletion, found, self._timings)",
        "step = None",
        killed_after_the_delete,
        "sent again although the first had arrived",
    ),
    Mutant(
        "announcing before the call",
        "deletions/runner.py",
        "            executed = await make(deletion)\n",
        "            from bot.domain.lifecycle import State\n"
        "            early = replace(deletion, lifecycle=replace(deletion.lifecycle, state=State.DELETED))\n"
        "            await self._outbox.send(early, steps.Notify(steps.RESULT), response_url)\n"
        "            executed = await make(deletion)\n",
        killed_after_the_delete,
        "said before it was so",
    ),
    Mutant(
        "a deadline dropped at the take-over",
        "store/deletions.py",
        "Change(deletion, taken, event, (Requirement.DUE,))",
        "Change(deletion, taken, event, (Requirement.DUE,), None)",
        killed_after_a_take_over,
        "[<State.REQUESTED: 'requested'>]",
    ),
    Mutant(
        "a take-over that is not recorded",
        "store/deletions.py",
        "event = of_deletion(deletion, EventKind.TAKEN_OVER)",
        "event = None",
        wake_a_zombie,
        "'called', 'called_again'",
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_a_planted_bug_is_caught(mutant: Mutant, redis_server: EmbeddedServer) -> None:
    """The same test passes on a copy of the correct source, and fails as expected on the broken one."""

    async def verdict(*, broken: bool) -> AssertionError | None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(ROOT / "bot", folder / "bot")
            shutil.copy(ROOT / "manifest.yml", folder)
            source = folder / "bot" / mutant.path
            sound = source.read_text()
            assert sound.count(mutant.sound) == 1, "the text to be broken is not there once"
            if broken:
                source.write_text(sound.replace(mutant.sound, mutant.broken))
            async with open_nursery(folder, source=folder) as nursery:

                def world(**options: object) -> AbstractAsyncContextManager[Rig]:
                    prefix = f"mutant-{secrets.token_hex(6)}"
                    return open_rig(nursery, redis_server.url, prefix, **options)  # type: ignore[arg-type]  # those of open_rig

                try:
                    await mutant.caught_by(world)
                except AssertionError as error:
                    return error
                return None

    control, caught = await asyncio.gather(verdict(broken=False), verdict(broken=True))
    assert control is None, f"red without the bug: {control}"
    assert caught is not None, "green with the bug"
    assert mutant.red in str(caught), f"red for another reason: {caught}"
