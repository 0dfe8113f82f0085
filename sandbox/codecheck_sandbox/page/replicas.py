"""The bot's processes: two replicas on one Redis, killed and started as on an operator's machine."""

import asyncio
from collections.abc import Mapping

from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.slack import SlackStandIn

_SECONDS_TO_STOP = 3.0


class Replicas:
    """Processes of the bot, by name. In HTTP mode Slack's requests go to those that are alive, as with a load balancer.

    Args:
        slack: is told where they listen.
        processes: by the name on the page.
        socket_mode: whether they use Socket Mode.
    """

    def __init__(self, slack: SlackStandIn, processes: Mapping[str, BotProcess], *, socket_mode: bool) -> None:
        self._slack = slack
        self._socket_mode = socket_mode
        self.processes = dict(processes)

    async def start(self, name: str) -> None:
        """Start one, if it does not run, and wait until it listens.

        Raises:
            RuntimeError: it ended by itself; the message includes its log.
        """
        process = self.processes[name]
        if not process.running:
            await process.start(ready=False)
            self._route()

    async def kill(self, name: str) -> None:
        """Kill one with SIGKILL, if it runs, and wait until it is gone."""
        process = self.processes[name]
        if process.running:
            process.kill()
            await process.ended()
            self._route()

    async def stop_all(self) -> None:
        """Stop all of them at once: nothing outlives the sandbox, so they need no time to finish."""
        await asyncio.gather(*(self._stop(process) for process in self.processes.values()))

    @staticmethod
    async def _stop(process: BotProcess) -> None:
        if not process.running:
            return
        try:
            async with asyncio.timeout(_SECONDS_TO_STOP):
                await process.terminate()
        except TimeoutError:
            process.kill()
            await process.ended()

    def _route(self) -> None:
        """If none is alive, Slack keeps calling the last one that was."""
        living = [f"{process.url}/slack/events" for process in self.processes.values() if process.running]
        if living and not self._socket_mode:
            self._slack.connect_http(*living)
