"""What subcommands and buttons call."""

from dataclasses import dataclass

from bot.deletions.actions import Actions
from bot.deletions.freezing import Freezing
from bot.deletions.history import History
from bot.deletions.requests import Requests
from bot.domain.identity import SlackUser
from bot.slack.views.from_deletion import Links
from bot.slack.views.refusals import Reader


@dataclass(frozen=True, slots=True)
class Services:
    """The application, as Slack's side uses it.

    Args:
        requests: requests for deletions, and `whoami`.
        actions: people's actions on a prompt.
        freezing: freeze and unfreeze.
        history: the audit log, and the pending deletions.
        links: addresses of prompts and tasks.
        admins: the Slack user IDs of `[allow] admins`.
    """

    requests: Requests
    actions: Actions
    freezing: Freezing
    history: History
    links: Links
    admins: frozenset[str] = frozenset()

    def reader(self, user: SlackUser) -> Reader:
        """How `user` reads a refusal."""
        admins = tuple(SlackUser(user.team, each) for each in sorted(self.admins))
        return Reader(user, user.id in self.admins, admins)
