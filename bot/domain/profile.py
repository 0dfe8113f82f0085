"""What Slack says about a user, and why it may say nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Unseen(StrEnum):
    """Why Slack's answer is missing. Both refuse; they differ in what to do about it."""

    MAY_NOT_ASK = "may_not_ask"  # the app lacks the scope: an admin has to install it again
    NO_ANSWER = "no_answer"  # anything else: too slow, throttled, unreachable, no such user


@dataclass(frozen=True, slots=True)
class Profile:
    """A user, as users.info (and users.profile.get for the custom field) describes them.

    Args:
        team: the workspace that they belong to, in Slack's `team_id`.
        deactivated: their account is closed.
        guest: a guest of one channel or of several.
        bot: not a person.
        stranger: somebody of another workspace, seen through Slack Connect.
        email: their confirmed address; "" if there is none.
        field: the custom field of `[operators_from] profile_field`; "" if it is empty or not asked for.
        user: the user ID in the answer; "" if it has none.
        enterprise: the organisation's ID in `enterprise_user`; "" outside Enterprise Grid.
        enterprise_user: their ID in the whole organisation, often a `W…` where `user` is a `U…`.
        teams: the organisation's workspaces that they belong to.
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
    """What the directory knows about somebody.

    Args:
        profile: what Slack says about them, or why it says nothing.
        in_group: whether they are in one of `[allow] usergroups`, or why nobody can tell.
        age: seconds since Slack was asked, of the oldest part; None if all of it was asked for just now.
    """

    profile: Profile | Unseen = Unseen.NO_ANSWER
    in_group: bool | Unseen = False
    age: float | None = None

    @property
    def cached(self) -> bool:
        """Whether some of it comes from memory."""
        return self.age is not None
