"""Who may do what: the rules of `[operators]`, `[operators_from]` and `[allow]`, as decisions without I/O.

Each decision has two parts. What does not depend on Slack's answer is decided first (`refuse_early`), so that people
who may do nothing cost nothing. The rest needs the directory's entry, and a failed check refuses: nobody passes, not
even if listed, unless Slack has confirmed that they are a full, active member. The exception is anything that can only
stop a deletion.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.operators import Operators, Source
from bot.domain.profile import DirectoryEntry, Profile, Unseen
from bot.domain.refusal import UNCHECKED, Reason, Refusal
from bot.domain.text import Channel, Several, Value

_NAMED = 3  # channels that a refusal names
_SILENCE = dict.fromkeys(Unseen, Reason.NOT_CHECKED) | {Unseen.MAY_NOT_ASK: Reason.MAY_NOT_CHECK}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is to the bot.

    Args:
        user: the person, always with the same team and ID, so that two clicks of one person compare equal.
        operator: the name under which they act in CodeArts Check; "" for people who can only stop and freeze.
        sources: which settings the operator comes from.
        admin: whether they are in `[allow] admins`.
    """

    user: SlackUser
    operator: str = ""
    sources: tuple[Source, ...] = ()
    admin: bool = False


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """The rules.

    Args:
        installation: where the app is installed; others are refused, although Slack Connect shows them the buttons.
        operators: who has which operator.
        users: IDs of the users who may ask; if this and `usergroups` are empty, everyone with an operator may.
        usergroups: user groups whose members may ask, besides `users`.
        channels: the channels in which they may ask; empty allows every conversation.
        admins: IDs of the users who may freeze and unfreeze.
    """

    installation: Installation
    operators: Operators = field(default_factory=Operators)
    users: frozenset[str] = frozenset()
    usergroups: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()

    def refuse_nobody(self, user: SlackUser) -> Refusal | None:
        """Why `user` cannot have an identity here, by the payload and the settings; None if they might."""
        if not self.installation.may_have(user):
            return _refuse(Reason.OTHER_TEAM)
        if self.installation.enterprise:  # they may be listed under another form of their ID
            return None
        unlisted = not self.operators.derived and user.id not in self.operators.listed
        return self._explain(Reason.NO_OPERATOR, user) if unlisted else None

    def refuse_early(self, user: SlackUser, channel: str | None) -> Refusal | None:
        """Why `user` is refused no matter what Slack would say about them; None if Slack has to be asked.

        Anyone who is refused here is refused by `identify` too, though perhaps for another reason.

        Args:
            user: as Slack's payload names them.
            channel: the channel in which they ask; None if that does not matter.
        """
        if (nobody := self.refuse_nobody(user)) is not None:
            return nobody
        if not self.installation.enterprise and (reason := self._not_in_users({user.id})) is not None:
            return self._explain(reason, user)
        return self._elsewhere(channel) if self.installation.names(user) else None

    def recognise(self, user: SlackUser, entry: DirectoryEntry) -> Identity | Refusal:
        """Who `user` is, or why they have no identity here, regardless of `[allow]`."""
        profile = entry.profile
        if isinstance(profile, Unseen):
            return self.refuse_nobody(user) or _refuse(_SILENCE[profile])
        if (barred := self._barred(user, profile)) is not None:
            return _refuse(barred)
        ids = profile.ids | {user.id}
        operator = self.operators.of(ids, profile)
        if isinstance(operator, Reason):
            return self._explain(operator, user)
        known_as = self.installation.user(user, profile)
        return Identity(known_as, operator.name, operator.sources, admin=self._admin(ids))

    def identify(self, user: SlackUser, channel: str | None, entry: DirectoryEntry) -> Identity | Refusal:
        """Who `user` is, if they may ask for and confirm deletions in `channel` (None for any); otherwise why not."""
        identity = self.recognise(user, entry)
        if isinstance(identity, Refusal):
            return identity
        ids = {user.id, identity.user.id, *(() if isinstance(entry.profile, Unseen) else entry.profile.ids)}
        if (reason := self._not_in_users(ids) or self._not_in_group(ids, entry)) is not None:
            return self._explain(reason, user, operator=identity.operator)
        return self._elsewhere(channel) or identity

    def identify_to_stop(self, user: SlackUser, channel: str, entry: DirectoryEntry) -> Identity | Refusal:
        """The same for actions that can only keep a task: a failed check does not count against them.

        Strangers are still refused: Slack's payload itself has to name this workspace or organisation.
        """
        identity = self.refuse_early(user, channel) or self.identify(user, channel, entry)
        if isinstance(identity, Refusal) and identity.reason in UNCHECKED and self.installation.names(user):
            operator = self.operators.listed.get(user.id, "")
            return Identity(self.installation.user(user), operator, admin=user.id in self.admins)
        return identity

    def refuse_admin_early(self, user: SlackUser) -> Refusal | None:
        """Why `user` cannot be an admin, no matter what Slack would say; None if Slack has to be asked."""
        if not self.installation.may_have(user):
            return _refuse(Reason.OTHER_TEAM)
        if user.id not in self.admins and not self.installation.enterprise:
            return self._explain(Reason.NOT_ADMIN, user)
        return None

    def admin_unasked(self, user: SlackUser) -> Identity | None:
        """The admin that `user` is by the settings and the payload, which is enough for a freeze; otherwise None."""
        if user.id in self.admins and self.installation.names(user):
            return Identity(self.installation.user(user), self.operators.listed.get(user.id, ""), admin=True)
        return None

    def identify_admin(self, user: SlackUser, entry: DirectoryEntry) -> Identity | Refusal:
        """The admin that `user` is, or why they are not one, for lifting a freeze. An admin needs no operator."""
        if (early := self.refuse_admin_early(user)) is not None:
            return early
        profile = entry.profile
        if isinstance(profile, Unseen):
            return _refuse(_SILENCE[profile])
        if (barred := self._barred(user, profile)) is not None:
            return _refuse(barred)
        if not self._admin(profile.ids | {user.id}):
            return self._explain(Reason.NOT_ADMIN, user)
        identity = self.recognise(user, entry)
        return (
            Identity(self.installation.user(user, profile), admin=True) if isinstance(identity, Refusal) else identity
        )

    def _barred(self, user: SlackUser, profile: Profile) -> Reason | None:
        """Why this profile is refused, regardless of the lists; None if it is not."""
        if not self.installation.has(user, profile):
            return Reason.OTHER_TEAM
        if profile.deactivated:
            return Reason.DEACTIVATED
        if profile.bot:
            return Reason.BOT
        return Reason.GUEST if profile.guest else None

    def _admin(self, ids: Collection[str]) -> bool:
        return not self.admins.isdisjoint(ids)

    def _not_in_users(self, ids: Collection[str]) -> Reason | None:
        """Why `[allow] users` refuses a person with these IDs; None if it does not, or if a group may allow them."""
        refused = self.users and not self.usergroups and self.users.isdisjoint(ids)
        return Reason.USER_NOT_ALLOWED if refused else None

    def _not_in_group(self, ids: Collection[str], entry: DirectoryEntry) -> Reason | None:
        """Why a person is not among those who may ask; being in `users` or in one group is enough."""
        if not self.usergroups or not self.users.isdisjoint(ids) or entry.in_group is True:
            return None
        return Reason.GROUPS_NOT_CHECKED if isinstance(entry.in_group, Unseen) else Reason.USER_NOT_ALLOWED

    def _elsewhere(self, channel: str | None) -> Refusal | None:
        if channel is None or not self.channels or channel in self.channels:
            return None
        some = tuple(map(Channel, sorted(self.channels)[:_NAMED]))
        return _refuse(Reason.CHANNEL_NOT_ALLOWED, channels=Several(some))

    def _explain(self, reason: Reason, user: SlackUser, **values: Value) -> Refusal:
        """A refusal that an admin can resolve, with whom to ask and the ID that they need."""
        if self.admins:
            values["admin"] = SlackUser(self.installation.home, min(self.admins))
        return _refuse(reason, user=user, **values)


def _refuse(reason: Reason, **values: Value) -> Refusal:
    return Refusal(reason, values)
