"""What Slack says about a user, or why it says nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Unseen(StrEnum):
    """Why Slack's answer is missing. Each leads to a refusal, but with different hints."""

    MAY_NOT_ASK = "may_not_ask"  # the app lacks the scope: an admin has to reinstall it
    NO_SUCH_GROUP = "no_such_group"  # the user group was removed or disabled
    NO_ANSWER = "no_answer"  # anything else: too slow, throttled, unreachable, no such user


@dataclass(frozen=True, slots=True)
class Profile:
    """A user, as users.info (and users.profile.get for the custom field) describes them.

    Args:
        team: the workspace to which they belong, from Slack's `team_id`.
        deactivated: whether their account is deactivated.
        guest: whether they are a single-channel or multi-channel guest.
        bot: whether they are a bot.
        stranger: whether they belong to another workspace, seen through Slack Connect.
        email: their confirmed address; "" if there is none.
        field: the custom field of `[operators_from] profile_field`; "" if it is empty or not requested.
        user: the user ID in the answer; "" if it has none.
        enterprise: the organisation's ID in `enterprise_user`; "" outside Enterprise Grid.
        enterprise_user: their ID in the whole organisation, often a `W…` when `user` is a `U…`.
        teams: the organisation's workspaces to which they belong.
    """

    team: str
    deactivated: bool = False
    guest: bool = False
    bot: bool = False
    stranger: bool = False
    email: str = ""
    field: str | Unseen = ""
    user: str = ""
    enterprise: str = ""
    enterprise_user: str = ""
    teams: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """Every user ID by which Slack knows this person."""
        return frozenset({self.user, self.enterprise_user} - {""})


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What the directory knows about a user.

    Args:
        profile: what Slack says about them, or why it says nothing.
        in_group: whether they are in one of `[allow] usergroups`, or why that is not known.
        age: the age of the oldest part, in seconds; None if Slack was asked for all of it just now.
    """

    profile: Profile | Unseen = Unseen.NO_ANSWER
    in_group: bool | Unseen = False
    age: float | None = None

    @property
    def cached(self) -> bool:
        """Whether some of it comes from the cache."""
        return self.age is not None
