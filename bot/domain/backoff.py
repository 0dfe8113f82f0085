"""How long to wait before trying Slack again."""

FIRST = 1_000  # milliseconds
LONGEST = 60_000


def pause(retry_after: int, tries: int, chance: float) -> int:
    """Milliseconds until the next attempt.

    Slack's own Retry-After, or the outbox's estimate of the message's turn, is used unchanged. Without one, the pause
    doubles each time, with jitter of up to half of it, so that messages that failed together are not retried together.

    Args:
        retry_after: milliseconds that Slack or the outbox asked for; 0 if neither did.
        tries: how many earlier attempts have failed.
        chance: a random number from 0 up to 1, drawn again for each pause.
    """
    if retry_after:
        return retry_after
    longest = min(FIRST << min(tries, 16), LONGEST)
    return round(longest * (1 - chance / 2))
