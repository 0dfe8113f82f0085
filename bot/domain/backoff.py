"""How long to wait before Slack is tried again."""

FIRST = 1_000  # milliseconds
LONGEST = 60_000


def pause(retry_after: int, tries: int, chance: float) -> int:
    """Milliseconds until the next attempt.

    Slack's own Retry-After, or the outbox's estimate of when it is the message's turn, is kept to as it is. Without
    one the pause doubles each time, and chance takes up to half of it away, so that what failed at once does not come
    back at once.

    Args:
        retry_after: milliseconds that Slack or the outbox asked for; 0 if they did not.
        tries: how many attempts have failed before this one.
        chance: from 0 up to 1, drawn anew for each pause.
    """
    if retry_after:
        return retry_after
    longest = min(FIRST << min(tries, 16), LONGEST)
    return round(longest * (1 - chance / 2))
