"""The bot's processes: two replicas on one Redis, killed and started as an operator's machine would do it."""

import asyncio
from collections.abc import Mapping

from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.slack import SlackStandIn

_SECONDS_TO_STOP = 3.0


class Replicas:
    """Processes of the bot, by name. In HTTP mode Slack's requests go to those that live, as a load balancer's would.

    Args:
        slack: is told where they listen.
        processes: by the name that people see.
        socket_mode: whether they open Socket Mode by themselves.
    """

    def __init__(self, slack: SlackStandIn, processes: Mapping[str, BotProcess], *, socket_mode: bool) -> None:
        self._slack = slack
        self._socket_mode = socket_mode
        self.processes = dict(processes)

    async def start(self, name: str) -> None:
        """Start one, if it does not run, and wait until it listens.

        Raises:
            RuntimeError: it ended by itself; the text holds its log.
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
        """Stop all of them: nothing of the sandbox outlives it, so no patience is needed."""
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
        """Where none lives, Slack goes on asking the one that lived last."""
        living = [f"{process.url}/slack/events" for process in self.processes.values() if process.running]
        if living and not self._socket_mode:
            self._slack.connect_http(*living)
