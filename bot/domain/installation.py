"""Where the app is installed, and who belongs there: one workspace, or a whole organisation of Enterprise Grid.

Source: the pages of users.info (`team_id`, `enterprise_user`, `is_stranger`) and auth.test in Slack's documentation.
In an organisation the `team_id` of a click is the person's own workspace or the organisation's ID, so only users.info
can say whether they also belong to the bot's workspace. Outside an organisation it has to be the bot's workspace.
"""

from dataclasses import dataclass

from bot.domain.identity import SlackUser
from bot.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the app is installed.

    Args:
        team: the workspace's ID.
        enterprise: the organisation's ID; "" outside Enterprise Grid.
        org_wide: whether the app is installed for the whole organisation, not for one of its workspaces.
    """

    team: str
    enterprise: str = ""
    org_wide: bool = False

    @property
    def home(self) -> str:
        """The ID of the workspace or organisation in which the app is installed, used as the team of all its users."""
        return self.enterprise if self.org_wide else self.team

    def names(self, user: SlackUser) -> bool:
        """Whether Slack's payload itself says that `user` belongs to this workspace or organisation."""
        return bool(user.team) and user.team in {self.team, self.enterprise}

    def may_have(self, user: SlackUser) -> bool:
        """Whether `user` can belong here at all; a user without a team cannot."""
        return bool(user.team) and (bool(self.enterprise) or user.team == self.team)

    def has(self, user: SlackUser, profile: Profile) -> bool:
        """Whether `user`, with this profile, belongs here."""
        if profile.stranger or not (user.team and self.home):
            return False
        teams = {profile.team, *profile.teams}
        if self.enterprise and profile.enterprise == self.enterprise:
            teams.add(self.enterprise)
        return user.team in teams and self.home in teams

    def user(self, user: SlackUser, profile: Profile | None = None) -> SlackUser:
        """The one form of a user here, whichever workspace and form of their ID the payload used."""
        known = (profile.enterprise_user or profile.user) if profile is not None else ""
        return SlackUser(self.home, known or user.id)
