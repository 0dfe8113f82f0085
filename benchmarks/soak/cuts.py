"""What is cut off from what, in turn."""

from collections.abc import Iterator
from dataclasses import dataclass

SLACK, CODEARTS, REDIS, A, B = "slack", "codearts", "redis", "bot-a", "bot-b"
HOSTS = (SLACK, CODEARTS, REDIS, A, B)
_SHORT = 8.0  # seconds: longer than every single time limit of the bot, shorter than its leases
_LONG = 50.0  # longer than the lease of a call, so that the other replica takes over


@dataclass(frozen=True, slots=True)
class Cut:
    """One fault of the network.

    Args:
        what: in words.
        pairs: who can send nothing to whom.
        slow: whose packets come late or never.
        seconds: how long it lasts.
    """

    what: str
    pairs: frozenset[tuple[str, str]] = frozenset()
    slow: str = ""
    seconds: float = _SHORT


def cuts() -> Iterator[Cut]:
    """Every host alone, every pair one way and both, every host slow; the long ones come last."""
    for host in HOSTS:
        yield Cut(f"{host} alone", _both(*((host, other) for other in HOSTS if other != host)))
    for bot in (A, B):
        for server in (REDIS, SLACK, CODEARTS):
            yield Cut(f"{bot} and {server}", _both((bot, server)))
            yield Cut(f"from {bot} to {server}", frozenset({(bot, server)}))
            yield Cut(f"from {server} to {bot}", frozenset({(server, bot)}))
    for host in HOSTS:
        yield Cut(f"{host} slow and lossy", slow=host)
    for server in (REDIS, CODEARTS, SLACK):
        yield Cut(f"{A} and {server}, for long", _both((A, server)), seconds=_LONG)
        yield Cut(f"from {server} to {A}, for long", frozenset({(server, A)}), seconds=_LONG)
    yield Cut(f"{A} alone, for long", _both(*((A, other) for other in HOSTS if other != A)), seconds=_LONG)


def _both(*pairs: tuple[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(pairs) | {(receiver, sender) for sender, receiver in pairs}
