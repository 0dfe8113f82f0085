"""Who a person is in Slack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlackUser:
    """A Slack user, keyed by team and user ID, since `user_name` is deprecated.

    Args:
        team: the workspace's ID.
        id: the user's ID.
    """

    team: str
    id: str
