"""A Slack profile -> exactly one operator, or why there is none.

The operator is the IAM user name that CodeArts Check records as having deleted the task (the `operator` header of
DeleteTaskV3). It comes from up to three sources. If two of them disagree, it is not clear who the person is, so they
are refused. They are also refused if a source cannot be read, since it might disagree.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.profile import DirectoryEntry, Profile, Unseen
from bot.domain.refusal import Reason

__all__ = ["OPERATOR", "Known", "Operator", "Operators", "Profile", "Source", "Unseen"]

Known = DirectoryEntry  # the old name, until nothing imports it

# IAM user names: 1 to 64 ASCII letters, digits, spaces, `-`, `_`, `.`; no space at either end, since headers drop it.
OPERATOR = re.compile(r"(?! )[0-9A-Za-z _.-]{1,64}(?<! )")
_LOCAL_PART = re.compile(r"[0-9A-Za-z_.-]{1,64}")  # of an address: without `+`, after which anyone can add anything


class Source(StrEnum):
    """Where an operator comes from. The values are the names of the settings."""

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

    @property
    def derived(self) -> bool:
        """Whether a person who is not listed can have an operator."""
        return bool(self.email_domain or self.profile_field)

    def of(self, ids: Collection[str], profile: Profile) -> Operator | Reason:
        """The one operator of a person, or why there is none. Nobody gets another person's operator.

        Args:
            ids: every user ID of the person.
            profile: what Slack says about them. Whether they may act at all has already been decided.
        """
        by_field = profile.field if self.profile_field else ""
        if isinstance(by_field, Unseen):
            return Reason.MAY_NOT_CHECK if by_field is Unseen.MAY_NOT_ASK else Reason.NOT_CHECKED
        if by_field and not OPERATOR.fullmatch(by_field):
            return Reason.MALFORMED_OPERATOR
        listed = {self.listed[user_id] for user_id in ids if user_id in self.listed}
        names = listed | {by_field} - {""}
        if len(names) > 1:
            return Reason.OPERATORS_DIFFER
        by_email = self._by_email(profile.email)
        name = next(iter(names), by_email)
        if not name:
            return Reason.NO_OPERATOR
        if by_email and name.lower() != by_email:
            return Reason.OPERATORS_DIFFER
        agreeing = {Source.LISTED: bool(listed), Source.EMAIL: bool(by_email), Source.FIELD: bool(by_field)}
        return Operator(name, tuple(source for source, agrees in agreeing.items() if agrees))

    def _by_email(self, address: str) -> str:
        """The part before the `@`, in lower case, if the part after it is exactly the domain; else "".

        Mail addresses ignore case, so Alice@ and alice@ are one operator. `[operators]` and the profile field keep
        their own spelling. Only ASCII is accepted: the Kelvin sign is a `k` in lower case.
        """
        local, _, domain = address.rpartition("@")
        if not (self.email_domain and address.isascii()) or domain.lower() != self.email_domain.lower():
            return ""
        return local.lower() if _LOCAL_PART.fullmatch(local) else ""
