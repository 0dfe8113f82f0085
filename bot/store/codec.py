"""A deletion <-> the fields of its hash.

The request, the lifecycle, the delivery and what was shown are one field of JSON each; the version and the times that a
transaction looks at are fields of their own. Members that this version does not know are ignored, and missing ones have
their defaults, so that replicas of two versions can work on one Redis while they are being replaced.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import TypeAdapter

from bot.domain.deletion import Deletion, Delivery, Lifecycle, ResponseUrl
from bot.domain.facts import LookUp
from bot.domain.freeze import Freeze, FreezeChange, Known
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.rules import Safeguards


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What never changes."""

    task_id: str
    requester: SlackUser
    operator: str
    channel: str
    reason: str = ""
    safeguards: Safeguards = field(default_factory=Safeguards)
    traceparent: str = ""


_Value = TypeVar("_Value")
_KNOWN = {known.value: known for known in Known}
_REQUEST: TypeAdapter[_Request] = TypeAdapter(_Request)
_LIFECYCLE: TypeAdapter[Lifecycle] = TypeAdapter(Lifecycle)
_DELIVERY: TypeAdapter[Delivery] = TypeAdapter(Delivery)
_LOOK_UP: TypeAdapter[LookUp | None] = TypeAdapter(LookUp | None)
_RESPONSE_URL: TypeAdapter[ResponseUrl] = TypeAdapter(ResponseUrl)
_DOUBLE = {"confirmable_at", "send_at"}  # `expires_at` has no default


def encode(deletion: Deletion) -> dict[str, str]:
    """Every field except the times of the write, which only Redis knows."""
    request = _Request(
        task_id=deletion.task_id,
        requester=deletion.requester,
        operator=deletion.operator,
        channel=deletion.channel,
        reason=deletion.reason,
        safeguards=deletion.safeguards,
        traceparent=deletion.traceparent,
    )
    return {"request": _json(_REQUEST, request), **encode_progress(deletion)}


def encode_progress(deletion: Deletion) -> dict[str, str]:
    """The fields that change during a deletion's life. The times that conditions look at are fields of their own."""
    lifecycle = deletion.lifecycle
    return {
        "version": str(deletion.version),
        "expires_at": str(lifecycle.expires_at),
        "confirmable_at": str(lifecycle.confirmable_at),
        "send_at": str(lifecycle.send_at),
        "lifecycle": _LIFECYCLE.dump_json(lifecycle, exclude_defaults=True, exclude=_DOUBLE).decode(),
        "delivery": _json(_DELIVERY, deletion.delivery),
        "shown": _json(_LOOK_UP, deletion.shown),
        "before": _json(_LOOK_UP, deletion.before),
    }


def decode(
    deletion_id: str, fields: Mapping[str, str], read_at: int, freeze: Mapping[str, str] | None = None
) -> Deletion:
    """The deletion that the fields of a hash hold.

    Args:
        deletion_id: its ID, which is in the key.
        fields: of the hash.
        read_at: Redis's clock when they were read, in ms.
        freeze: the fields of the freeze's hash at that moment.

    Raises:
        KeyError: a required field is missing.
        ValueError: a field cannot be read, such as a state of a newer version.
    """
    request = _REQUEST.validate_json(fields["request"])
    times = f',"expires_at":{fields["expires_at"]}'
    times += "".join(f',"{name}":{fields.get(name, 0)}' for name in _DOUBLE)
    lifecycle = _LIFECYCLE.validate_json(f"{fields['lifecycle'][:-1]}{times}}}")  # of two members the last counts
    deletion = Deletion(
        id=deletion_id,
        task_id=request.task_id,
        requester=request.requester,
        operator=request.operator,
        channel=request.channel,
        reason=request.reason,
        requested_at=int(fields["requested_at"]),
        safeguards=request.safeguards,
        lifecycle=lifecycle,
        delivery=_DELIVERY.validate_json(fields.get("delivery", "{}")),
        shown=_LOOK_UP.validate_json(fields.get("shown", "null")),
        before=_LOOK_UP.validate_json(fields.get("before", "null")),
        version=int(fields["version"]),
        traceparent=request.traceparent,
        read_at=read_at,
        freeze=freeze_of(lifecycle, freeze or {}),
    )
    return deletion if lifecycle.stricter is None else deletion.under(lifecycle)


def state_of(fields: Mapping[str, str]) -> State:
    """The state alone, for a tenth of what `decode` takes. Raises as `decode` does."""
    return State(json.loads(fields["lifecycle"])["state"])


def decode_freeze(fields: Mapping[str, str]) -> Freeze | None:
    """The freeze in force; None if there is none."""
    return _freeze(fields) if fields.get("on") == "1" else None


def freeze_of(lifecycle: Lifecycle, fields: Mapping[str, str]) -> Freeze | None:
    """The freeze that concerns a deletion: the one in force; during the grace also one that has been lifted since."""
    if lifecycle.state is State.SCHEDULED and "at" in fields and int(fields["at"]) >= lifecycle.confirmed_at:
        return _freeze(fields)
    return decode_freeze(fields)


def _freeze(fields: Mapping[str, str]) -> Freeze:
    return Freeze(SlackUser(fields["team"], fields["user"]), int(fields["at"]), fields.get("reason", ""))


def encode_freeze(freeze: Freeze) -> dict[str, str]:
    """The fields of a freeze that begins now; only Redis knows when that is."""
    return {"on": "1", "team": freeze.by.team, "user": freeze.by.id, "reason": freeze.reason, **_recorded()}


def encode_unfreeze(by: SlackUser) -> dict[str, str]:
    """The fields that end a freeze. Who set it, and when, stays: it may have begun in a grace period."""
    return {"on": "", "lifted_team": by.team, "lifted_by": by.id, **_recorded()}


def encode_spread(change: FreezeChange) -> dict[str, str]:
    """The fields that say how far a freeze or an unfreeze has become known."""
    return {
        "change": change.id,
        "known": change.known,
        "channels": " ".join(change.channels),
        "untold": " ".join(change.untold),
    }


def decode_freeze_change(fields: Mapping[str, str]) -> FreezeChange | None:
    """The latest freeze or unfreeze; None if there was none, or an older version of the bot has made it known."""
    if not fields.get("change"):
        return None
    freeze = decode_freeze(fields)
    return FreezeChange(
        id=fields["change"],
        freeze=freeze,
        by=freeze.by if freeze else SlackUser(fields.get("lifted_team", ""), fields.get("lifted_by", "")),
        known=_KNOWN.get(fields.get("known", ""), Known.SHOWN),  # a newer version carries on what it has begun
        channels=tuple(fields.get("channels", "").split()),
        untold=tuple(fields.get("untold", "").split()),
    )


def encode_response_url(response_url: ResponseUrl) -> str:
    """One string."""
    return _RESPONSE_URL.dump_json(response_url).decode()


def decode_response_url(value: str | bytes) -> ResponseUrl:
    """What `encode_response_url` wrote."""
    return _RESPONSE_URL.validate_json(value)


def _recorded() -> dict[str, str]:
    return {"change": secrets.token_hex(8), "known": Known.RECORDED, "untold": ""}


def _json(adapter: TypeAdapter[_Value], value: _Value) -> str:
    return adapter.dump_json(value, exclude_defaults=True).decode()
