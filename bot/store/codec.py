"""A deletion <-> the fields of its hash.

Fields that this version does not know are left alone, and missing ones have their defaults, so that replicas of two
versions can work on one Redis while they are being replaced.
"""

from collections.abc import Mapping

from pydantic import TypeAdapter

from bot.domain.deletion import Deletion, Prompt, ResponseUrl, State
from bot.domain.facts import LookUp
from bot.domain.identity import SlackUser
from bot.domain.outcome import Outcome

_USER: TypeAdapter[SlackUser | None] = TypeAdapter(SlackUser | None)
_PROMPT: TypeAdapter[Prompt | None] = TypeAdapter(Prompt | None)
_TOLD: TypeAdapter[frozenset[str]] = TypeAdapter(frozenset[str])
_PREVIEW: TypeAdapter[LookUp | None] = TypeAdapter(LookUp | None)
_OUTCOME: TypeAdapter[Outcome | None] = TypeAdapter(Outcome | None)
_RESPONSE_URL: TypeAdapter[ResponseUrl] = TypeAdapter(ResponseUrl)


def encode(deletion: Deletion) -> dict[str, str]:
    """Every field but the ID, which is in the key, and `seen_at`, which is the reader's."""
    return {
        "task_id": deletion.task_id,
        "team": deletion.requester.team,
        "user": deletion.requester.id,
        "operator": deletion.operator,
        "channel": deletion.channel,
        "requested_at": str(deletion.requested_at),
        "expires_at": str(deletion.expires_at),
        "confirmed_at": str(deletion.confirmed_at),
        "send_at": str(deletion.send_at),
        "confirmer": encode_user(deletion.confirmer),
        "epoch": str(deletion.epoch),
        **encode_progress(deletion),
    }


def encode_progress(deletion: Deletion) -> dict[str, str]:
    """The fields that change while a deletion is carried on."""
    return {
        "state": deletion.state,
        "calls": str(deletion.calls),
        "looks": str(deletion.looks),
        "look_at": str(deletion.look_at),
        "verify_until": str(deletion.verify_until),
        "tries": str(deletion.tries),
        "prompt": encode_prompt(deletion.prompt),
        "drawn": deletion.drawn,
        "told": _TOLD.dump_json(deletion.told).decode(),
        "preview": _PREVIEW.dump_json(deletion.preview).decode(),
        "outcome": _OUTCOME.dump_json(deletion.outcome).decode(),
        "canceller": encode_user(deletion.canceller),
    }


def encode_user(user: SlackUser | None) -> str:
    """One field; `null` where nobody acted."""
    return _USER.dump_json(user).decode()


def encode_prompt(prompt: Prompt | None) -> str:
    """One field; `null` where there is none, which advance.lua looks for."""
    return _PROMPT.dump_json(prompt).decode()


def decode(deletion_id: str, fields: Mapping[str, str], seen_at: int) -> Deletion:
    """The deletion that the fields of a hash hold.

    Raises:
        KeyError: a field that no deletion can be without is missing.
        ValueError: a field cannot be read, such as the state of a newer version.
    """
    return Deletion(
        id=deletion_id,
        task_id=fields["task_id"],
        requester=SlackUser(fields["team"], fields["user"]),
        operator=fields["operator"],
        channel=fields["channel"],
        state=State(fields["state"]),
        requested_at=int(fields["requested_at"]),
        expires_at=int(fields["expires_at"]),
        confirmed_at=int(fields.get("confirmed_at", "0")),
        send_at=int(fields.get("send_at", "0")),
        epoch=int(fields["epoch"]),
        calls=int(fields.get("calls", "0")),
        looks=int(fields.get("looks", "0")),
        look_at=int(fields.get("look_at", "0")),
        verify_until=int(fields.get("verify_until", "0")),
        tries=int(fields.get("tries", "0")),
        prompt=_PROMPT.validate_json(fields.get("prompt", "null")),
        drawn=fields.get("drawn", ""),
        told=_TOLD.validate_json(fields.get("told", "[]")),
        preview=_PREVIEW.validate_json(fields.get("preview", "null")),
        outcome=_OUTCOME.validate_json(fields.get("outcome", "null")),
        confirmer=_USER.validate_json(fields.get("confirmer", "null")),
        canceller=_USER.validate_json(fields.get("canceller", "null")),
        seen_at=seen_at,
    )


def encode_response_url(response_url: ResponseUrl) -> str:
    """One string."""
    return _RESPONSE_URL.dump_json(response_url).decode()


def decode_response_url(value: str | bytes) -> ResponseUrl:
    """What `encode_response_url` wrote."""
    return _RESPONSE_URL.validate_json(value)


def flat(fields: Mapping[str, str]) -> list[str]:
    """Fields as a script takes them: names and values in turn."""
    return [piece for pair in fields.items() for piece in pair]


def paired(pieces: list[str]) -> dict[str, str]:
    """What a script returns of a hash: names and values in turn -> fields."""
    return dict(zip(pieces[::2], pieces[1::2], strict=True))
