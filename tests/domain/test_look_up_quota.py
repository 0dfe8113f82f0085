"""A token bucket for each person."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.look_up_quota import Quota


def test_a_burst_and_then_one_at_a_time() -> None:
    """So many at once, then one more each so many seconds, and never more than the burst."""
    quota = Quota(burst=3, seconds=10)
    assert [quota.take("alice", 0) for _ in range(5)] == [True, True, True, False, False]
    assert [quota.take("alice", 10), quota.take("alice", 10)] == [True, False]
    assert [quota.take("alice", 1_000) for _ in range(4)] == [True, True, True, False]


def test_everybody_has_their_own() -> None:
    """Whoever has used theirs up keeps nobody else from anything."""
    quota = Quota(burst=1, seconds=10)
    assert quota.take("mallory", 0)
    assert not quota.take("mallory", 0)
    assert quota.take("alice", 0)


def test_what_was_not_needed_is_given_back() -> None:
    """An answer from memory costs nothing."""
    quota = Quota(burst=1, seconds=10)
    for _ in range(5):
        assert quota.take("alice", 0)
        quota.give_back("alice")
    quota.give_back("nobody")
    assert quota.take("alice", 0)
    assert not quota.take("alice", 0)


@given(st.lists(st.floats(0, 1_000), min_size=1, max_size=60), st.integers(1, 5), st.floats(0.5, 50))
def test_never_more_than_the_burst_and_the_rate(times: list[float], burst: int, seconds: float) -> None:
    """However the takes are spread, no stretch of time holds more than the burst and what has been added in it."""
    quota = Quota(burst, seconds)
    taken = [at for at in sorted(times) if quota.take("alice", at)]
    for first in range(len(taken)):
        for last in range(first, len(taken)):
            assert last - first + 1 <= burst + (taken[last] - taken[first]) / seconds + 1e-6
