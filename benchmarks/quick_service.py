"""A CodeArts Check that answers look-ups at once from the recording, so that it does not hold the bot up.

The stand-in checks every signature, which takes it longer than the bot needs for an acknowledgement.
"""

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from benchmarks.steps import read, steps


async def main() -> None:
    """Serve until the process is ended."""
    answers = [
        (re.compile(re.escape(step.path).replace("@task@", "([0-9a-f]{32})")), step.answer)
        for step in steps(read(Path(os.environ["RECORDING"])))
        if step.what == "GET"
    ]

    async def answer(request: web.BaseRequest) -> web.Response:
        for path, text in answers:
            if (found := path.fullmatch(request.path_qs)) is not None:
                return web.Response(text=text.replace("@task@", found[1]), content_type="application/json")
        return web.Response(status=404)

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stderr.write(json.dumps({"event": "listening", "port": runner.addresses[0][1]}) + "\n")
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main())
