"""Has the bot that runs in an image delete a task, between the sandbox's stand-ins and on its embedded server.

Usage: python -m deploy.image.conversation IN_IMAGE HEALTHCHECK...

IN_IMAGE runs its arguments in the image; HEALTHCHECK is the command of the image's health check.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.manifest import parsed_manifest
from codecheck_sandbox.world import World, open_world

TASK, NAME = "897acf7a1bd64e3b9b7b6c0de36e0c3d", "webshop-frontend"


async def converse(in_image: str, health_check: list[str]) -> None:
    """Ask, confirm twice and read the result; the health check must be green while the bot runs, and red afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # the image's user reads codecheck.toml
        command = [in_image, "codecheck-bot", "run"]
        toml = "[confirmation]\ndwell_seconds = 0\n"
        async with open_world(parsed_manifest(), "", Path(folder), socket_mode=True, toml=toml, command=command) as world:
            port = world.bot.url.rpartition(":")[2]
            checked = [await _status("env", f"PORT={port}", in_image, *health_check)]
            await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
            await _seen(world, lambda text: TASK in text)
            await world.alice.clicks("Review deletion…", on=world.channel)
            await _seen(world, lambda text: "for good?" in text)
            await world.alice.clicks(f"Delete {NAME}", on=world.channel)
            await _seen(world, lambda text: "status: success" in text)
            ended = await world.bot.terminate()
            checked.append(await _status("env", f"PORT={port}", in_image, *health_check))
            deleted = [gone.operator for gone in world.codearts.deletions]
    print(f"deleted by {deleted}; SIGTERM: exit status {ended}; health check: {checked}")
    sys.exit(0 if (deleted, ended, checked) == (["alice"], 0, [0, 1]) else 1)


async def _seen(world: World, wanted: Callable[[str], bool]) -> None:
    await world.slack.until(lambda: any(wanted(message.text) for message in world.channel.messages))


async def _status(*command: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


if __name__ == "__main__":
    asyncio.run(converse(sys.argv[1], sys.argv[2:]))
