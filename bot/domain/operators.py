"""A Slack identity -> exactly one operator, or a refusal.

The operator is the IAM user name that CodeArts Check notes as the one who deleted (`operator` header of DeleteTaskV3).
It comes from up to three sources; where two of them disagree nobody can say who the person is, so they are refused.

Whom `[operators]` lists is checked with Slack as well: a deactivated account or a guest is refused although it is
listed. Only where the app may not ask (it was installed without the scope) does the list suffice by itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.identity import SlackUser
from bot.domain.reasons import Reason

# IAM user names: 1 to 64 ASCII letters, digits, spaces, `-`, `_`, `.`; no space at either end, since headers lose it.
OPERATOR = re.compile(r"(?! )[0-9A-Za-z _.-]{1,64}(?<! )")
_LOCAL_PART = re.compile(r"[0-9A-Za-z_.-]{1,64}")  # of an address: without `+`, whose tail anyone can make up


class Unseen(StrEnum):
    """Why Slack's answer is missing."""

    MAY_NOT_ASK = "may_not_ask"  # the app lacks the scope, or this Slack has no such method
    NO_ANSWER = "no_answer"  # anything else: too slow, throttled, unreachable, no such user


@dataclass(frozen=True, slots=True)
class Profile:
    """What Slack says of a user (users.info, and users.profile.get for the field).

    Args:
        team: the workspace that they belong to.
        deactivated: their account is closed.
        guest: a guest of one channel or of several.
        bot: not a person.
        stranger: somebody of another workspace, by Slack Connect.
        email: their confirmed address; "" where there is none.
        field: the custom field of `[operators_from] profile_field`; "" where it is empty, or not asked for.
    """

    team: str
    deactivated: bool = False
    guest: bool = False
    bot: bool = False
    stranger: bool = False
    email: str = ""
    field: str | Unseen = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a user at the moment.

    Args:
        profile: what Slack says of them, or why it says nothing.
        in_group: whether they are in one of `[allow] usergroups`, or why that cannot be told.
        cached: True where some of it may be up to a minute old.
    """

    profile: Profile | Unseen = Unseen.NO_ANSWER
    in_group: bool | Unseen = False
    cached: bool = False


class Source(StrEnum):
    """Where an operator comes from; the values are the names of the settings."""

    LISTED = "[operators]"
    EMAIL = "[operators_from] email_domain"
    FIELD = "[operators_from] profile_field"


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator, and which settings agree on it."""

    name: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Operators:
    """`[operators]` and `[operators_from]`.

    Args:
        listed: Slack user ID -> operator.
        email_domain: `example.com`: alice@example.com is `alice`; "" for none.
        profile_field: the ID of the custom profile field that holds the operator; "" for none.
    """

    listed: Mapping[str, str] = field(default_factory=dict)
    email_domain: str = ""
    profile_field: str = ""

    def resolve(self, user: SlackUser, profile: Profile | Unseen) -> Operator | Reason:
        """The one operator of `user`, or why there is none: nobody becomes somebody else."""
        listed = self.listed.get(user.id, "")
        if isinstance(profile, Unseen):
            return self._unseen(listed, profile)
        if (reason := _barred(user, profile)) is not None:
            return reason
        by_field = profile.field if self.profile_field else ""
        if isinstance(by_field, Unseen):
            if by_field is Unseen.NO_ANSWER or not listed:
                return self._unseen("", by_field)
            by_field = ""
        if by_field and not OPERATOR.fullmatch(by_field):
            return Reason.MALFORMED_OPERATOR
        answers = {Source.LISTED: listed, Source.EMAIL: self._by_email(profile.email), Source.FIELD: by_field}
        names = {name for name in answers.values() if name}
        if not names:
            return Reason.NO_OPERATOR
        if len(names) > 1:
            return Reason.OPERATORS_DIFFER
        return Operator(names.pop(), tuple(source for source, name in answers.items() if name))

    def _unseen(self, listed: str, why: Unseen) -> Operator | Reason:
        if not listed and not self.email_domain and not self.profile_field:
            return Reason.NO_OPERATOR
        if why is Unseen.NO_ANSWER:
            return Reason.NOT_CHECKED
        return Operator(listed, (Source.LISTED,)) if listed else Reason.MAY_NOT_CHECK

    def _by_email(self, address: str) -> str:
        """The part before the `@`, where the part after it is the domain, exactly; "" elsewhere."""
        local, _, domain = address.rpartition("@")
        if not self.email_domain or domain.lower() != self.email_domain.lower():
            return ""
        return local if _LOCAL_PART.fullmatch(local) else ""


def _barred(user: SlackUser, profile: Profile) -> Reason | None:
    """Why Slack's word on somebody bars them, whatever the lists say; None where it does not."""
    if profile.stranger or profile.team != user.team:
        return Reason.OTHER_TEAM
    if profile.deactivated:
        return Reason.DEACTIVATED
    if profile.bot:
        return Reason.BOT
    return Reason.GUEST if profile.guest else None
