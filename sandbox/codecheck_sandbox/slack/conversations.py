"""Who and what a workspace holds: users, conversations and their messages, views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from codecheck_sandbox.slack.block_kit import Block, Modal

Kind = Literal["public", "private", "dm"]


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a bot.

    Args:
        id: `U…`.
        name: the user name, without the `@`.
        team_id: the workspace they belong to; another one's members come in through Slack Connect.
        real_name: as shown in messages.
        email: "" where there is none.
        is_email_confirmed: False before they have answered Slack's message to it.
        tz: the time zone's name.
        is_bot: True for bots.
        deleted: True once deactivated.
        is_admin: True for an administrator of the workspace.
        is_restricted: True for a guest of several channels.
        is_ultra_restricted: True for a guest of one channel.
        profile_fields: custom profile fields, by their ID (`Xf…`).
    """

    id: str
    name: str
    team_id: str
    real_name: str = ""
    email: str = ""
    is_email_confirmed: bool = True
    tz: str = "Europe/Berlin"
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    profile_fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it stood at one moment; `Channel.message(ts)` gives it as it stands now.

    Args:
        channel: the conversation's ID.
        user: who wrote it.
        text: the text, which notifications and screen readers use where there are blocks.
        ts: its ID in the conversation; unique, and growing with time; "" before it is posted.
        blocks: the blocks, checked.
        thread_ts: the thread's first message, for a reply.
        broadcast: True for a reply that the channel shows too.
        only_for: the one user who sees an ephemeral message; None for a channel message.
        edited: True once it has been changed.
        metadata: what the app attached to it unseen.
        unfurls: True where Slack may add previews of links.
    """

    channel: str
    user: str
    text: str
    ts: str = ""
    blocks: Sequence[Block] = ()
    thread_ts: str | None = None
    broadcast: bool = False
    only_for: str | None = None
    edited: bool = False
    metadata: object = None
    unfurls: bool = True

    @property
    def ephemeral(self) -> bool:
        """True where one person alone sees it."""
        return self.only_for is not None


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation.

    Args:
        id: `C…`, or `D…` for a direct message.
        name: without the `#`.
        kind: public, private or dm.
        members: IDs of users, the bot among them where it has been invited.
        archived: True where nothing can be written any more.
    """

    id: str
    name: str
    kind: Kind = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    _messages: dict[str, Message] = field(default_factory=dict, repr=False)

    @property
    def messages(self) -> list[Message]:
        """What everyone in it can read, as it stands now, oldest first: no ephemeral message, thread replies too."""
        return [message for message in self._messages.values() if not message.ephemeral]

    def message(self, ts: str) -> Message | None:
        """The message as it stands now, ephemeral ones too; None where there is none (any more)."""
        return self._messages.get(ts)

    def visible_to(self, user: str) -> list[Message]:
        """What one member sees, oldest first: the channel's messages and their own ephemeral ones."""
        return [message for message in self._messages.values() if message.only_for in {None, user}]

    def put(self, message: Message) -> None:
        """Add a message, or replace the one of the same ts in its place."""
        self._messages[message.ts] = message

    def take(self, ts: str) -> None:
        """Remove a message."""
        del self._messages[ts]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal that is open on one person's screen.

    Args:
        id: `V…`.
        user: whose screen.
        modal: what it shows.
        hash: changes with each update.
        root: the ID of the first view of its stack.
        previous: the ID of the view under it; None for the first.
        errors: what the app said was wrong with the last submission, by block_id.
    """

    id: str
    user: str
    modal: Modal
    hash: str
    root: str
    previous: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
