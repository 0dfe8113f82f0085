"""What stops deletions: a freeze that an admin sets, and a limit on how many are confirmed in an hour."""

from dataclasses import dataclass

from bot.domain.identity import SlackUser


@dataclass(frozen=True, slots=True)
class Limits:
    """`[limits]`: how many second confirmations an hour takes; 0 for no limit.

    Args:
        per_hour: by everybody together.
        per_hour_per_person: for the requests of one person.
    """

    per_hour: int = 0
    per_hour_per_person: int = 0


@dataclass(frozen=True, slots=True)
class Freeze:
    """An admin has stopped everything: nothing can be asked for, nothing confirmed.

    Args:
        by: which admin.
        at: when, in ms of Redis's clock.
        why: what they gave as the reason; may be "".
    """

    by: SlackUser
    at: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Burst:
    """As many deletions have been confirmed in the past hour as the limit allows.

    Args:
        requester: whose request was refused by it.
        limit: how many an hour takes.
        until: from when there is room again.
        of_person: True where it is the limit of one person, False where everybody's.
        first: True for the first refusal of the burst: it is told to the admins.
    """

    requester: SlackUser
    limit: int
    until: int
    of_person: bool
    first: bool = False


Brake = Freeze | Burst
