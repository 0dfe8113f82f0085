"""Who may ask for a deletion, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.confirmation import Confirmation, SecondStep
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Operator, Operators, Unseen
from bot.domain.reasons import Reason

__all__ = ["Permission", "Policy", "Reason"]


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
    """The rules of `[operators]`, `[operators_from]`, `[allow]` and `[confirmation]`.

    Args:
        team: the workspace that the bot is installed in; members of others are refused (Slack Connect shows them
            the buttons).
        operators: Slack user ID -> operator.
        users: who may ask; empty, with `usergroups` empty too, allows everyone who has an operator.
        channels: where; empty allows every conversation.
        admins: who may freeze.
        usergroups: user groups whose members may ask as well as `users`.
        email_domain: see `Operators`.
        profile_field: see `Operators`.
        confirmation: how sure it must be, by channel.
    """

    team: str
    operators: Mapping[str, str] = field(default_factory=dict)
    users: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    usergroups: frozenset[str] = frozenset()
    email_domain: str = ""
    profile_field: str = ""
    confirmation: Confirmation = field(default_factory=Confirmation)

    def at_home(self, user: SlackUser) -> bool:
        """Whether `user` belongs to the bot's workspace: of others nothing need be asked."""
        return bool(user.team) and user.team == self.team  # Slack leaves the team out at times: no team is nobody's

    def operator(self, user: SlackUser, known: Known) -> Operator | Reason:
        """The one operator of `user`, or why there is none."""
        if not self.at_home(user):
            return Reason.OTHER_TEAM
        return Operators(self.operators, self.email_domain, self.profile_field).resolve(user, known.profile)

    def permission(self, user: SlackUser, channel: str, known: Known) -> Permission:
        """Whether `user`, of whom this is `known`, may ask for deletions in `channel`, and as which operator."""
        operator = self.operator(user, known)
        if isinstance(operator, Reason):
            return Permission(operator)
        if (reason := self._outside(user, known)) is not None:
            return Permission(reason)
        if self.channels and channel not in self.channels:
            return Permission(Reason.CHANNEL_NOT_ALLOWED)
        return Permission(Reason.ALLOWED, operator.name)

    def may_freeze(self, user: SlackUser) -> Reason:
        """ALLOWED where `user` is an admin, else why not."""
        if not self.at_home(user):
            return Reason.OTHER_TEAM
        return Reason.ALLOWED if user.id in self.admins else Reason.NOT_ADMIN

    def may_ask(self, user: SlackUser, channel: str, known: Known) -> Permission:
        """The same, and whether what `[confirmation]` asks for is possible in `channel` at all."""
        permission = self.permission(user, channel, known)
        alone = channel.startswith("D")  # a direct message
        if permission.given and alone and self.confirmation.of(channel).second_step is SecondStep.SECOND_PERSON:
            return Permission(Reason.NOBODY_ELSE_SEES)
        return permission

    def _outside(self, user: SlackUser, known: Known) -> Reason | None:
        """Why somebody is not among those who may; one list is enough."""
        if not (self.users or self.usergroups) or user.id in self.users:
            return None
        if not self.usergroups or known.in_group is False:
            return Reason.USER_NOT_ALLOWED
        return Reason.GROUPS_NOT_CHECKED if isinstance(known.in_group, Unseen) else None
