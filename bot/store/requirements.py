"""What a transition requires -> the conditions of its transaction."""

from collections.abc import Callable, Iterable, Mapping

from bot.domain.deletion import Deletion
from bot.domain.lifecycle import Requirement
from bot.domain.rate_limits import HOUR, LimitReached, Limits
from bot.store.schema import Keys
from bot.store.transaction import (
    Answer,
    Condition,
    Effect,
    after,
    ahead,
    before,
    count,
    due,
    equals,
    fewer,
    not_since,
    since,
)

CONDITIONS: Mapping[Requirement, Callable[[Keys, Deletion], Condition]] = {
    Requirement.SAME_VERSION: lambda keys, of: equals(keys.deletion(of.id), "version", str(of.version)),
    Requirement.LEASE_HELD: lambda keys, of: ahead(keys.due, of.id),
    Requirement.DUE: lambda keys, of: due(keys.due, of.id),
    Requirement.NOT_EXPIRED: lambda keys, of: before(keys.deletion(of.id), "expires_at"),
    Requirement.EXPIRED: lambda keys, of: after(keys.deletion(of.id), "expires_at"),
    Requirement.DWELLED: lambda keys, of: after(keys.deletion(of.id), "confirmable_at"),
    Requirement.GRACE_OVER: lambda keys, of: after(keys.deletion(of.id), "send_at"),
    Requirement.NOT_FROZEN: lambda keys, _: equals(keys.freeze, "on", ""),
    Requirement.FROZEN: lambda keys, _: equals(keys.freeze, "on", "1"),
    Requirement.FROZEN_SINCE: lambda keys, of: since(keys.freeze, "at", of.lifecycle.confirmed_at),
    Requirement.NOT_FROZEN_SINCE: lambda keys, of: not_since(keys.freeze, "at", of.lifecycle.confirmed_at),
}
"""The condition for each requirement but WITHIN_LIMITS, which has two: see `Counters`."""


class Counters:
    """The rate limits: how many second confirmations an hour takes, from everyone and for one requester.

    Args:
        keys: where they are counted.
        limits: how many; 0 for any number.
    """

    def __init__(self, keys: Keys, limits: Limits) -> None:
        self._keys = keys
        self._limits = limits

    def conditions(self, deletion: Deletion) -> Iterable[Condition]:
        """That no limit has been reached."""
        return [fewer(self._keys.hour(who), limit, HOUR) for who, limit in self._limited(deletion) if limit]

    def effects(self, deletion: Deletion) -> Iterable[Effect]:
        """That the confirmation is counted."""
        return [count(self._keys.hour(who), deletion.id, HOUR) for who, _ in self._limited(deletion)]

    def reached(self, deletion: Deletion, failed: Condition, answer: Answer) -> tuple[str, LimitReached]:
        """Who has reached which limit, if `failed` is one of the conditions."""
        who, allowed = next(each for each in self._limited(deletion) if self._keys.hour(each[0]) == failed.key)
        return who, LimitReached(allowed, round(float(answer.said)) + HOUR, per_person=who != "everyone")

    def _limited(self, deletion: Deletion) -> tuple[tuple[str, int], ...]:
        person = f"{deletion.requester.team}/{deletion.requester.id}"
        return (("everyone", self._limits.per_hour), (person, self._limits.per_hour_per_person))
