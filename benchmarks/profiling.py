"""Where the bot's CPU time goes during whole deletions."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

from benchmarks.conversation import Conversation
from benchmarks.rig import Rig

_DELETIONS = 60
_FIRST = 5  # deletions that are not counted


async def profiling(rig: Rig, folder: Path) -> list[dict[str, object]]:
    """Count what the bot does while it deletes one task after the other. Returns the parts, largest first."""
    counts = folder / "profile.json"
    bot = await rig.start("profiled", "benchmarks.profiled", "bot", "run", environ={"PROFILE": str(counts)})
    rig.slack.connect_http(f"{bot.process.url}/slack/events")
    for number in range(_FIRST + _DELETIONS):
        if number == _FIRST:
            os.kill(bot.process.pid, signal.SIGUSR1)
        await Conversation(rig, bot).whole()
    await bot.process.terminate()
    return shares(json.loads(counts.read_text(encoding="utf-8")))


def shares(counts: Mapping[str, int]) -> list[dict[str, object]]:
    """Each part's per cent of all samples, largest first."""
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    return [{"part": part, "percent": round(count / total * 100, 1)} for part, count in ordered]
