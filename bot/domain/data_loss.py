"""Notices lost data, by comparing what the bot remembers about its storage with what is there now.

Redis holds an instance ID, created once. The bot remembers it outside Redis, together with the latest checkpoint of the
audit log that it has seen. The replica that notices a loss gives the storage a new ID and keeps a list of the earlier
ones, so each loss is reported only once, even if other replicas were down.
"""

from dataclasses import dataclass

from bot.domain.text import Text


@dataclass(frozen=True, slots=True)
class Instance:
    """What the storage says about itself.

    Args:
        id: its instance ID; "" if it has none.
        follows: the instance IDs that it had before earlier losses.
        number: the number of its latest checkpoint; 0 if there is none.
        hash: the hash of that checkpoint.
    """

    id: str
    follows: tuple[str, ...] = ()
    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered about it, outside Redis.

    Args:
        id: the instance ID.
        number: the number of the latest checkpoint that was seen; 0 if there was none.
        hash: the hash of that checkpoint.
    """

    id: str
    number: int = 0
    hash: str = ""


def loss(remembered: Remembered | None, found: Instance, hash_now: str | None) -> Text | None:
    """What has been lost, as a sentence; None if nothing seems to be lost.

    Args:
        remembered: what is remembered; None for a storage that was never seen, which has lost nothing.
        found: what is there now.
        hash_now: the hash that the remembered checkpoint has now; None if it is no longer kept.
    """
    if remembered is None or remembered.id in found.follows:
        return None
    if not found.id:
        return Text("My storage has lost all its data, requests and any freeze included.")
    if found.id != remembered.id:
        return Text("My storage has lost its data: what is there now belongs to another storage.")
    if found.number < remembered.number:
        numbers = {"found": str(found.number), "remembered": str(remembered.number)}
        return Text("My storage has lost its latest data: it was at checkpoint {remembered}, now at {found}.", numbers)
    if hash_now is not None and hash_now != remembered.hash:
        return Text(
            "My storage has lost data: its checkpoint {number} is not what it was.", {"number": str(remembered.number)}
        )
    return None
