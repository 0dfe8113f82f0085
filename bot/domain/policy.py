"""Who may ask for a deletion, and who may press which button."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.operators import SlackUser, resolve_operator


class Reason(StrEnum):
    """Why a decision is what it is. Each has its text in `bot.slack.messages`."""

    ALLOWED = "allowed"
    OTHER_TEAM = "other_team"
    NO_OPERATOR = "no_operator"
    USER_NOT_ALLOWED = "user_not_allowed"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    NOT_REQUESTER = "not_requester"
    OPERATOR_CHANGED = "operator_changed"
    EXPIRED = "expired"
    OTHER_STATE = "other_state"
    FROZEN = "frozen"
    TOO_MANY = "too_many"
    NOT_ADMIN = "not_admin"
    UNKNOWN_DELETION = "unknown_deletion"  # ended and announced long ago


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may act, as whom, and why not."""

    reason: Reason
    operator: str = ""

    @property
    def given(self) -> bool:
        """True where the person may act."""
        return self.reason is Reason.ALLOWED


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of `[operators]` and `[allow]`.

    Args:
        team: the workspace that the bot is installed in; members of others are refused (Slack Connect shows them
            the buttons).
        operators: Slack user ID -> operator.
        users: who may ask; empty allows everyone who has an operator.
        channels: where; empty allows every conversation.
        admins: who may freeze.
    """

    team: str
    operators: Mapping[str, str] = field(default_factory=dict)
    users: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()

    def permission(self, user: SlackUser, channel: str) -> Permission:
        """Whether `user` may ask for and confirm deletions in `channel`, and as which operator."""
        if not user.team or user.team != self.team:  # Slack leaves the team out at times: no team is nobody's
            return Permission(Reason.OTHER_TEAM)
        operator = resolve_operator(user, self.operators)
        if operator is None:
            return Permission(Reason.NO_OPERATOR)
        if self.users and user.id not in self.users:
            return Permission(Reason.USER_NOT_ALLOWED)
        if self.channels and channel not in self.channels:
            return Permission(Reason.CHANNEL_NOT_ALLOWED)
        return Permission(Reason.ALLOWED, operator)

    def may_freeze(self, user: SlackUser) -> Reason:
        """ALLOWED where `user` is an admin, else why not."""
        if not user.team or user.team != self.team:
            return Reason.OTHER_TEAM
        return Reason.ALLOWED if user.id in self.admins else Reason.NOT_ADMIN
