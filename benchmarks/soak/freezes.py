"""An admin who freezes deletions for a few seconds, and ends it again, whatever fails meanwhile."""

import asyncio

from benchmarks.soak.board import Board
from codecheck_sandbox.slack import Channel, Person, SlackStandIn

ADMIN = "U00000ADMIN"
_FOR = 3.0  # seconds
_AGAIN = 0.5  # seconds until the admin types it again, if the answer was not the right one


class Freezes:
    """The admin.

    Args:
        slack: where they are.
        board: is told from when to when no DELETE may be sent.
    """

    def __init__(self, slack: SlackStandIn, board: Board) -> None:
        self._admin: Person = slack.user(ADMIN, "admin")
        self._channel: Channel = slack.channel("C00000ADMIN", "admins", members=[self._admin])
        self._board = board

    async def once(self) -> None:
        """Freeze, wait, and end it."""
        await self._until_told("freeze", "Deletions are frozen")
        self._board.frozen()
        await asyncio.sleep(_FOR)
        self._board.unfrozen()
        await self._until_told("unfreeze", "Deletions")

    async def _until_told(self, subcommand: str, text: str) -> None:
        while text not in (await self._admin.types(f"/codecheck {subcommand}", in_=self._channel)).text:  # noqa: ASYNC110 - an admin types
            await asyncio.sleep(_AGAIN)
