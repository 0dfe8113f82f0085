"""Who a person is in Slack."""

from dataclasses import dataclass

BOT = "bot"
"""The actor's ID if no person acts."""
SHELL = "shell:"
"""How the ID of an operator at a shell begins, in the audit log and in a freeze: `shell:user@host`."""


@dataclass(frozen=True, slots=True)
class SlackUser:
    """A Slack user, keyed by team and user ID, since `user_name` is deprecated.

    Args:
        team: the workspace's ID.
        id: the user's ID.
    """

    team: str
    id: str

    @property
    def named(self) -> "SlackUser | str":
        """This user, to be mentioned; or how to name the bot or an operator at a shell, who have no team."""
        if self.team:
            return self
        return "the bot" if self.id == BOT else self.id.removeprefix(SHELL)
