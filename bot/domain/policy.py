"""The old face of `bot.domain.access`, until the deletions ask the `Authorizer`. Nothing new belongs here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.access import AccessPolicy
from bot.domain.confirmation import Confirmation, SecondStep
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.operators import Operator, Operators
from bot.domain.profile import DirectoryEntry
from bot.domain.refusal import Reason, Refusal

__all__ = ["Permission", "Policy", "Reason"]


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether somebody may act, as whom, and why not."""

    reason: Reason
    operator: str = ""

    @property
    def given(self) -> bool:
        """True if the person may act."""
        return self.reason is Reason.ALLOWED


@dataclass(frozen=True, slots=True)
class Policy:
    """`AccessPolicy` and `[confirmation]` in one, by their old names."""

    team: str
    operators: Mapping[str, str] = field(default_factory=dict)
    users: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    usergroups: frozenset[str] = frozenset()
    email_domain: str = ""
    profile_field: str = ""
    confirmation: Confirmation = field(default_factory=Confirmation)

    @property
    def access(self) -> AccessPolicy:
        """What decides."""
        operators = Operators(self.operators, self.email_domain, self.profile_field)
        installation = Installation(self.team)
        return AccessPolicy(installation, operators, self.users, self.usergroups, self.channels, self.admins)

    def at_home(self, user: SlackUser) -> bool:
        """As `Installation.may_have`."""
        return self.access.installation.may_have(user)

    def operator(self, user: SlackUser, known: DirectoryEntry) -> Operator | Reason:
        """As `AccessPolicy.recognise`."""
        identity = self.access.recognise(user, known)
        return identity.reason if isinstance(identity, Refusal) else Operator(identity.operator, identity.sources)

    def permission(self, user: SlackUser, channel: str, known: DirectoryEntry) -> Permission:
        """As `AccessPolicy.identify`."""
        identity = self.access.identify(user, channel, known)
        if isinstance(identity, Refusal):
            return Permission(identity.reason)
        return Permission(Reason.ALLOWED, identity.operator)

    def may_freeze(self, user: SlackUser) -> Reason:
        """As `AccessPolicy.admin_unasked`."""
        if not self.at_home(user):
            return Reason.OTHER_TEAM
        return Reason.ALLOWED if self.access.admin_unasked(user) else Reason.NOT_ADMIN

    def may_ask(self, user: SlackUser, channel: str, known: DirectoryEntry) -> Permission:
        """As `permission`, and whether what `[confirmation]` asks for is possible in `channel` at all."""
        permission = self.permission(user, channel, known)
        alone = channel.startswith("D")  # a direct message
        if permission.given and alone and self.confirmation.of(channel).second_step is SecondStep.SECOND_PERSON:
            return Permission(Reason.NOBODY_ELSE_SEES)
        return permission
