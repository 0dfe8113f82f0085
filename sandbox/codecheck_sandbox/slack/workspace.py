"""A Slack workspace: its state, and the one place where it changes, so that watchers miss nothing."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from codecheck_sandbox.slack.block_kit import Block, BlockKitError, Home, Modal
from codecheck_sandbox.slack.conversations import Channel, Enterprise, HomeTab, Message, User, UserGroup, View

ChangeKind = Literal[
    "posted", "edited", "deleted", "typed", "clicked", "submitted", "noticed", "viewed", "members", "refused"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that happened in the workspace.

    Args:
        kind: a message was posted, edited or deleted; a person typed a slash command, clicked or submitted a view;
            Slack itself notified a person of something; a view opened, changed or closed; members came or went;
            Slack refused the app's blocks or view.
        channel: the conversation's ID; "" if there is none.
        user: who did it, or who was told.
        text: the command, the clicked label, the notice, or why it was refused.
        message: the message as it was then; for a click, the clicked one.
    """

    kind: ChangeKind
    channel: str = ""
    user: str = ""
    text: str = ""
    message: Message | None = None


class Workspace:
    """Users, conversations, user groups and open views of one team.

    Args:
        team_id: `T…`.
        domain: the part of its address before `.slack.com`.
    """

    def __init__(self, team_id: str = "T01SANDBOX", domain: str = "sandbox") -> None:
        self.team_id = team_id
        self.domain = domain
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self.enterprise: Enterprise | None = None
        self.homes: dict[str, HomeTab] = {}
        self.history: list[Change] = []
        self._views: dict[str, list[View]] = {}
        self._watchers: list[Callable[[Change], None]] = []
        self._last_ts = 0

    def find_user(self, user_id: str) -> User | None:
        """A user by their ID in the workspace or in the organisation."""
        known = self.users.get(user_id)
        return known or next((user for user in self.users.values() if user_id and user.grid_id == user_id), None)

    def has_member(self, user: User) -> bool:
        """Whether a user belongs to this workspace, and possibly to others of the organisation."""
        return self.team_id in {user.team_id, *user.teams}

    def subscribe(self, watcher: Callable[[Change], None]) -> Callable[[], None]:
        """Call a function with every change, at once. Returns a function that ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def note(self, change: Change) -> None:
        """Add to the history and tell the watchers."""
        self.history.append(change)
        for watcher in tuple(self._watchers):
            watcher(change)

    def new_ts(self) -> str:
        """A ts that no message has had: seconds since 1970 with six decimals, always increasing."""
        self._last_ts = max(self._last_ts + 1, time.time_ns() // 1_000)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def post(self, draft: Message) -> Message:
        """Add a message. Returns it with its ts."""
        message = replace(draft, ts=self.new_ts(), blocks=tuple(draft.blocks))
        self.channels[message.channel].put(message)
        self.note(Change(kind="posted", channel=message.channel, user=message.user, message=message))
        return message

    def edit(self, message: Message, text: str, blocks: Sequence[Block]) -> Message:
        """Change a message in its place."""
        edited = replace(message, text=text, blocks=tuple(blocks), edited=True)
        self.channels[message.channel].put(edited)
        self.note(Change(kind="edited", channel=message.channel, user=message.user, message=edited))
        return edited

    def delete(self, message: Message) -> None:
        """Remove a message."""
        self.channels[message.channel].take(message.ts)
        self.note(Change(kind="deleted", channel=message.channel, user=message.user, message=message))

    def refuse(self, channel: str, user: str, error: BlockKitError) -> None:
        """Record that Slack refused what the app wanted to show, so that watchers can see why."""
        self.note(Change(kind="refused", channel=channel, user=user, text=str(error)))

    def join(self, channel: Channel, user: str) -> None:
        """Make a user or a bot a member."""
        channel.members.add(user)
        self.note(Change(kind="members", channel=channel.id, user=user, text="joined"))

    def leave(self, channel: Channel, user: str) -> None:
        """End a membership."""
        channel.members.discard(user)
        self.note(Change(kind="members", channel=channel.id, user=user, text="left"))

    def direct_message(self, user: str, other: str) -> Channel:
        """The direct message between two users, opened if there is none."""
        for channel in self.channels.values():
            if channel.kind == "dm" and channel.members == {user, other}:
                return channel
        channel = Channel(id=f"D{secrets.token_hex(5).upper()}", name="directmessage", kind="dm", members={user, other})
        self.channels[channel.id] = channel
        return channel

    def views_of(self, user: str) -> list[View]:
        """A person's open views, the one on top last."""
        return list(self._views.get(user, ()))

    def view(self, view_id: str) -> View | None:
        """An open view; None if there is none."""
        return next((view for stack in self._views.values() for view in stack if view.id == view_id), None)

    def open_view(self, user: str, modal: Modal) -> View:
        """Put a view on top of what the person has open."""
        view = View(id=f"V{secrets.token_hex(5).upper()}", user=user, modal=modal, hash=_new_hash())
        self._views.setdefault(user, []).append(view)
        self._view_changed(view)
        return view

    def change_view(self, view: View, modal: Modal, errors: dict[str, str] | None = None) -> View:
        """Show something else, or errors beside the inputs, in an open view."""
        changed = replace(view, modal=modal, errors=errors or {}, hash=_new_hash())
        stack = self._views[view.user]
        stack[[open_view.id for open_view in stack].index(view.id)] = changed
        self._view_changed(changed)
        return changed

    def close_view(self, view: View) -> None:
        """Close a view."""
        stack = self._views.get(view.user, [])
        self._views[view.user] = [open_view for open_view in stack if open_view.id != view.id]
        self._view_changed(view)

    def publish_home(self, user: str, home: Home) -> HomeTab:
        """Show something on a person's Home tab of the app."""
        known = self.homes.get(user)
        tab = HomeTab(
            id=known.id if known else f"V{secrets.token_hex(5).upper()}", user=user, home=home, hash=_new_hash()
        )
        self.homes[user] = tab
        self.note(Change(kind="viewed", user=user, text="Home"))
        return tab

    def _view_changed(self, view: View) -> None:
        self.note(Change(kind="viewed", user=view.user, text=view.modal.title.text))


def _new_hash() -> str:
    return f"{int(time.time())}.{secrets.token_urlsafe(6)}"
