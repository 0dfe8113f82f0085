"""`[second_person]`: how long a request waits for other people, who is asked, and when they are reminded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPerson:
    """How a request waits for other people to confirm it.

    How many people must confirm, and whether an admin may do so alone, is part of its `Safeguards`.

    Args:
        ttl: milliseconds from the request to the last confirmation.
        ask: IDs of the Slack users (U…, W…) and user groups (S…) that are mentioned.
        reminders: milliseconds after the request at which they are reminded, in ascending order.
    """

    ttl: int
    ask: tuple[str, ...] = ()
    reminders: tuple[int, ...] = ()
