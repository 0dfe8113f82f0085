"""What a workspace contains: users, conversations and their messages, views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from codecheck_sandbox.slack.block_kit import Block, Home, Modal

Kind = Literal["public", "private", "dm"]


@dataclass(frozen=True, slots=True)
class Enterprise:
    """The Enterprise organisation that a workspace belongs to.

    Args:
        id: `E…`.
        name: its name.
        org_wide: True if the app is installed in all its workspaces at once.
    """

    id: str = "E01SANDBOX"
    name: str = "sandbox-org"
    org_wide: bool = False


@dataclass(slots=True, kw_only=True)
class User:
    """A person or a bot.

    Args:
        id: `U…`.
        name: the user name, without the `@`.
        team_id: the workspace they belong to; members of another one come in through Slack Connect.
        real_name: as shown in messages.
        email: "" if there is none.
        is_email_confirmed: False until they have confirmed it.
        locale: their language, which `users.info` returns on request.
        is_bot: True for bots.
        deleted: True once deactivated.
        is_admin: True for an administrator of the workspace.
        is_restricted: True for a guest of several channels.
        is_ultra_restricted: True for a guest of one channel.
        profile_fields: custom profile fields, by their ID (`Xf…`).
        grid_id: `W…`, their ID in the whole Enterprise organisation; "" if there is none.
        teams: the workspaces of the organisation that they are in.
        acts_as: the user ID that commands and clicks carry: `id` or `grid_id`; "" for `id`.
        acts_from: the team ID that clicks carry: a workspace, or the organisation `E…`; "" for `team_id`.
    """

    id: str
    name: str
    team_id: str
    real_name: str = ""
    email: str = ""
    is_email_confirmed: bool = True
    locale: str = "en-US"
    is_bot: bool = False
    deleted: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    profile_fields: Mapping[str, str] = field(default_factory=dict)
    grid_id: str = ""
    teams: Sequence[str] = ()
    acts_as: str = ""
    acts_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """A user group.

    Args:
        id: `S…`.
        handle: without the `@`.
        members: IDs of users.
        disabled: True once it has been disabled.
    """

    id: str
    handle: str
    members: Sequence[str]
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it was at one moment; `Channel.message(ts)` returns the current one.

    Args:
        channel: the conversation's ID.
        user: who wrote it.
        text: the text; if there are blocks, only notifications and screen readers use it.
        ts: its ID in the conversation, unique and increasing; "" before it is posted.
        blocks: the blocks, checked.
        thread_ts: the thread's first message, for a reply.
        broadcast: True for a reply that is also shown in the channel.
        only_for: the one user who sees an ephemeral message; None for a channel message.
        edited: True once it has been changed.
        unfurls: True if Slack may add previews of links.
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
    unfurls: bool = True

    @property
    def ephemeral(self) -> bool:
        """True if only one person sees it."""
        return self.only_for is not None


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation.

    Args:
        id: `C…`, or `D…` for a direct message.
        name: without the `#`.
        kind: public, private or dm.
        members: IDs of users, the bot among them if it has been invited.
        archived: True if nobody can post there any more.
    """

    id: str
    name: str
    kind: Kind = "public"
    members: set[str] = field(default_factory=set)
    archived: bool = False
    _messages: dict[str, Message] = field(default_factory=dict, repr=False)

    @property
    def messages(self) -> list[Message]:
        """What everyone in it can read now, oldest first: with thread replies, without ephemeral messages."""
        return [message for message in self._messages.values() if not message.ephemeral]

    def message(self, ts: str) -> Message | None:
        """The current message, also an ephemeral one; None if it does not exist (any more)."""
        return self._messages.get(ts)

    def visible_to(self, user: str) -> list[Message]:
        """What one member sees, oldest first: the channel's messages and the ephemeral ones for them."""
        return [message for message in self._messages.values() if message.only_for in {None, user}]

    def put(self, message: Message) -> None:
        """Add a message, or replace the one with the same ts in its place."""
        self._messages[message.ts] = message

    def take(self, ts: str) -> None:
        """Remove a message."""
        del self._messages[ts]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A modal that one person has open.

    Args:
        id: `V…`.
        user: who has it open.
        modal: what it shows.
        hash: changes with each update.
        errors: what the app said was wrong with the last submission, by block_id.
    """

    id: str
    user: str
    modal: Modal
    hash: str
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTab:
    """What one person sees on the app's Home tab.

    Args:
        id: `V…`; the same after each publication.
        user: whose.
        home: what it shows.
        hash: changes with each publication.
    """

    id: str
    user: str
    home: Home
    hash: str
