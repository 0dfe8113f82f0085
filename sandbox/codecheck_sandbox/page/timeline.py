"""What a conversation shows besides its messages: Slack's own notices, who joined or left, what Slack refused."""

from dataclasses import dataclass
from typing import Literal

from codecheck_sandbox.slack import Change
from codecheck_sandbox.slack.workspace import Workspace

_KEPT: dict[str, Literal["notice", "membership", "refusal"]] = {
    "noticed": "notice",
    "members": "membership",
    "refused": "refusal",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that Slack itself shows in a conversation.

    Args:
        kind: a notice for one person, a change of membership, or blocks that Slack refused.
        ts: when, as messages have it.
        channel: the conversation's ID; "" if it belongs to none.
        user: the person it is about, or who sees it.
        text: what it says.
    """

    kind: Literal["notice", "membership", "refusal"]
    ts: str
    channel: str
    user: str
    text: str


class Timeline:
    """Keeps Slack's notices from now on.

    Args:
        workspace: the workspace to watch.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.remarks: list[Remark] = []
        workspace.subscribe(self._hear)

    def seen_by(self, user: str, channel: str) -> list[Remark]:
        """The notices that one person sees in one conversation, oldest first."""
        return [
            remark
            for remark in self.remarks
            if remark.channel == channel and (remark.kind != "notice" or remark.user == user)
        ]

    def _hear(self, change: Change) -> None:
        if (kind := _KEPT.get(change.kind)) is not None:
            ts = self._workspace.new_ts()
            self.remarks.append(Remark(kind, ts, change.channel, change.user, change.text))
