"""Has the bot in an image delete a task, between the sandbox's stand-ins and with its embedded server.

Usage: python -m deploy.image.conversation IN_IMAGE HEALTHCHECK...

IN_IMAGE is a program that runs its arguments in the image; HEALTHCHECK is the command of the image's health check.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.manifest import parsed_manifest
from codecheck_sandbox.world import World, open_world

TASK, NAME = "897acf7a1bd64e3b9b7b6c0de36e0c3d", "webshop-frontend"
TOML = "[confirmation]\ndwell_seconds = 0\n"


async def converse(folder: Path, in_image: str, health_check: list[str]) -> None:
    """Ask, confirm twice, read the result and stop the bot. Exits with status 1 at the first thing that goes wrong."""
    bot = [in_image, "codecheck-bot", "run"]
    async with open_world(parsed_manifest(), "", folder, socket_mode=True, toml=TOML, command=bot) as world:
        checked = ("env", f"PORT={world.bot.url.rpartition(':')[2]}", in_image, *health_check)
        _must("its health check is green", holds=await _status(*checked) == 0)
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await _seen(world, lambda text: TASK in text)
        await world.alice.clicks("Review deletion…", on=world.channel)
        await _seen(world, lambda text: "for good?" in text)
        await world.alice.clicks(f"Delete {NAME}", on=world.channel)
        await _seen(world, lambda text: "status: success" in text)
        _must("it deletes a task, as alice", holds=[gone.operator for gone in world.codearts.deletions] == ["alice"])
        _must("it ends with status 0 at SIGTERM", holds=await world.bot.terminate() == 0)
        _must("its health check is red then", holds=await _status(*checked) == 1)


async def _seen(world: World, wanted: Callable[[str], bool]) -> None:
    await world.slack.until(lambda: any(wanted(message.text) for message in world.channel.messages))


async def _status(*command: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


def _must(what: str, *, holds: bool) -> None:
    print("✓" if holds else "✗", what)  # noqa: T201 - for whoever builds the image
    if not holds:
        sys.exit(1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)  # the image's user reads codecheck.toml in it
        asyncio.run(converse(Path(name), sys.argv[1], sys.argv[2:]))
