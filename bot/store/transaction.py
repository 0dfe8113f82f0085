"""The one conditional transaction: conditions, then effects, as values; `transaction.lua` runs them.

All conditions are checked first, by Redis's clock; then everything that could fail is tried; then the effects run, the
audit event first. The answer says "applied", or which condition failed, with what is there now, so that the caller can
decide again. A replay of an applied transaction answers as it did the first time.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files

SCRIPT = (files("bot.store") / "transaction.lua").read_text()

_SIGNATURE_LIFE = 600_000  # milliseconds: a signature is valid five minutes before and after its timestamp

Argument = str | int | bool | None | Sequence[str]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold; made by the functions below.

    Args:
        name: which function of the script checks it.
        key: the key it looks at.
        arguments: what else it needs.
    """

    name: str
    key: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that is done; made by the functions below. The arguments are as `Condition`'s."""

    name: str
    key: str
    arguments: tuple[Argument, ...] = ()


def equals(key: str, name: str, value: str) -> Condition:
    """The field `name` of a hash is `value`; a missing one is ""."""
    return Condition("equals", key, (name, value))


def before(key: str, name: str) -> Condition:
    """Redis's clock is before the time in a field of a hash."""
    return Condition("before", key, (name,))


def after(key: str, name: str) -> Condition:
    """The time in a field of a hash has come; 0 never comes."""
    return Condition("after", key, (name,))


def since(key: str, name: str, moment: int) -> Condition:
    """The time in a field of a hash is `moment` or later; a missing one is 0."""
    return Condition("since", key, (name, moment))


def not_since(key: str, name: str, moment: int) -> Condition:
    """The time in a field of a hash is earlier than `moment`; a missing one is 0."""
    return Condition("notsince", key, (name, moment))


def missing(key: str) -> Condition:
    """There is no such key; if it is a string, `Answer.said` is what it holds."""
    return Condition("missing", key)


def due(key: str, member: str) -> Condition:
    """The time of `member` in a sorted set has come."""
    return Condition("due", key, (member,))


def ahead(key: str, member: str) -> Condition:
    """The time of `member` in a sorted set has not come yet."""
    return Condition("ahead", key, (member,))


def fewer(key: str, limit: int, window: int) -> Condition:
    """A sorted set has fewer than `limit` members from the past `window` ms.

    If not, `Answer.said` is the time of the one that has to leave first.
    """
    return Condition("fewer", key, (limit, window))


def append(key: str, event: str) -> Effect:
    """An event goes to a stream, with its time; `event` is its text without that."""
    return Effect("append", key, (event,))


def put(key: str, fields: Mapping[str, str]) -> Effect:
    """Fields of a hash are set."""
    return Effect("put", key, ([piece for pair in fields.items() for piece in pair],))


def put_time(key: str, name: str, from_now: int) -> Effect:
    """A field of a hash is set to the time of the write plus `from_now` ms."""
    return Effect("time", key, (name, from_now))


def set_for(key: str, value: str, lasts: int) -> Effect:
    """A string is set, for `lasts` ms."""
    return Effect("set", key, (value, lasts))


def hold(key: str, value: str) -> Effect:
    """A string is set until it is released."""
    return Effect("hold", key, (value,))


def release(key: str, value: str) -> Effect:
    """A string is removed if it is `value`."""
    return Effect("release", key, (value,))


def schedule(key: str, member: str, at: int) -> Effect:
    """A member of a sorted set is due at `at`."""
    return Effect("schedule", key, (member, at, False))


def schedule_in(key: str, member: str, from_now: int) -> Effect:
    """A member of a sorted set is due `from_now` ms after the write."""
    return Effect("schedule", key, (member, from_now, True))


def unschedule(key: str, member: str) -> Effect:
    """A member leaves a sorted set."""
    return Effect("unschedule", key, (member,))


def count(key: str, member: str, window: int) -> Effect:
    """A member is counted, for `window` ms."""
    return Effect("count", key, (member, window))


def trim(key: str, oldest: str) -> Effect:
    """Everything before the ID `oldest` leaves a stream."""
    return Effect("trim", key, (oldest,))


def expire(key: str, lasts: int) -> Effect:
    """A key is removed after `lasts` ms."""
    return Effect("expire", key, (lasts,))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a transaction.

    Args:
        applied: True if every condition held, now or when it arrived before.
        copied: True if the signed request that it belongs to is a copy, so that nothing was done.
        failed: the condition that did not.
        said: what that condition adds.
        now: Redis's clock, in ms.
        hashes: the hashes that were to be read, as they are now; empty for a missing hash.
    """

    applied: bool
    copied: bool
    failed: Condition | None
    said: str
    now: int
    hashes: tuple[Mapping[str, str], ...]


@dataclass(slots=True)
class SignedRequest:
    """One of Slack's signed requests, which counts once, however often it is sent.

    Args:
        key: by which Redis knows its signature.
        counted: True once Redis has said that it is no copy.
        token: tells it from its copies; made when it is received.
    """

    key: str
    counted: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))


@dataclass(frozen=True, slots=True)
class Transaction:
    """What to do, and under which conditions.

    Args:
        when: the conditions.
        effects: what is done if all of them hold; the audit event comes first.
        read: hashes to be read afterwards.
        token: made for each write; the same one again changes nothing and answers "applied".
    """

    when: tuple[Condition, ...] = ()
    effects: tuple[Effect, ...] = ()
    read: tuple[str, ...] = ()
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    @property
    def writes(self) -> bool:
        """Whether it may change anything."""
        return bool(self.effects)

    def encoded(self, done_key: str, request: SignedRequest | None = None) -> tuple[list[str], str]:
        """The keys and the plan, as the script takes them.

        Args:
            done_key: the key by which a replay of this transaction is known.
            request: the signed request that it belongs to, if that has not been counted yet.
        """
        keys: dict[str, int] = {}

        def numbered(key: str) -> int:
            return keys.setdefault(key, len(keys) + 1)

        plan: dict[str, object] = {
            "when": [[each.name, numbered(each.key), *each.arguments] for each in self.when],
            "act": [[each.name, numbered(each.key), *each.arguments] for each in self.effects],
            "read": [numbered(key) for key in self.read],
        }
        if self.effects:
            plan["once"] = numbered(done_key)
        if request is not None:
            plan["signed"] = [numbered(request.key), request.token, _SIGNATURE_LIFE]
        return list(keys), json.dumps(plan, separators=(",", ":"))

    def answer(self, reply: Sequence[object]) -> Answer:
        """What the script's reply says."""
        applied, failed, said, now, hashes = reply
        assert isinstance(failed, int) and isinstance(now, int) and isinstance(hashes, list)  # noqa: S101, PT018 - the script's own form
        return Answer(
            applied=applied == 1,
            copied=applied == 2,  # noqa: PLR2004 - the script's own number
            failed=self.when[failed - 1] if failed else None,
            said=str(said),
            now=now,
            hashes=tuple(_paired(pieces) for pieces in hashes),
        )


def _paired(pieces: Sequence[str]) -> Mapping[str, str]:
    if pieces[:1] == [""]:
        return {"": str(pieces[1])}
    return dict(zip(pieces[::2], pieces[1::2], strict=True))
