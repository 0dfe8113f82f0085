"""Data that has gone is noticed: what the bot remembers of its storage is compared with what is there now.

Redis holds an instance ID, made once. The bot remembers it outside Redis, with the latest checkpoint of the audit log
that it has seen. Whoever notices a loss gives the storage a new ID, which names those it follows: so each loss is
noticed once, also by replicas that were away.
"""

from dataclasses import dataclass

from bot.domain.text import Text


@dataclass(frozen=True, slots=True)
class Instance:
    """What the storage says of itself.

    Args:
        id: its ID; "" if it has none.
        follows: the IDs that it had before losses that were noticed.
        number: of its latest checkpoint; 0 if there is none.
        hash: of the same.
    """

    id: str
    follows: tuple[str, ...] = ()
    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of it, outside Redis.

    Args:
        id: the instance's ID.
        number: of the latest checkpoint that was seen; 0 if there was none.
        hash: of the same.
    """

    id: str
    number: int = 0
    hash: str = ""


def loss(remembered: Remembered | None, found: Instance, hash_now: str | None) -> Text | None:
    """What has been lost, as a sentence; None if nothing has, as far as anybody can tell.

    Args:
        remembered: what is remembered; None for a storage that was never seen, which has lost nothing.
        found: what is there.
        hash_now: the hash that the remembered checkpoint has now; None if that one is not kept any more.
    """
    if remembered is None or remembered.id in found.follows:
        return None
    if not found.id:
        return Text("My storage has lost all its data, requests and any freeze included.")
    if found.id != remembered.id:
        return Text("My storage has lost its data: what is there now is another one's.")
    if found.number < remembered.number:
        numbers = {"found": str(found.number), "remembered": str(remembered.number)}
        return Text("My storage has lost its latest data: it was at checkpoint {remembered}, now at {found}.", numbers)
    if hash_now is not None and hash_now != remembered.hash:
        return Text(
            "My storage has lost data: its checkpoint {number} is not what it was.", {"number": str(remembered.number)}
        )
    return None
