"""What a conversation shows beside its messages: Slack's own notices, who came and went, what Slack refused."""

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
        kind: a notice for one person's eyes, a change of membership, or blocks that Slack refused.
        ts: when, as messages have it.
        channel: the conversation's ID; "" if it belongs to none.
        user: whom it is about, or who reads it.
        text: what it says.
    """

    kind: Literal["notice", "membership", "refusal"]
    ts: str
    channel: str
    user: str
    text: str


class Timeline:
    """Keeps Slack's remarks from now on.

    Args:
        workspace: is watched.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.remarks: list[Remark] = []
        workspace.subscribe(self._hear)

    def seen_by(self, user: str, channel: str) -> list[Remark]:
        """Those that one person sees in one conversation, oldest first."""
        return [
            remark
            for remark in self.remarks
            if remark.channel == channel and (remark.kind != "notice" or remark.user == user)
        ]

    def _hear(self, change: Change) -> None:
        if (kind := _KEPT.get(change.kind)) is not None:
            ts = self._workspace.new_ts()
            self.remarks.append(Remark(kind, ts, change.channel, change.user, change.text))
