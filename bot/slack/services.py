"""What subcommands and buttons call."""

from dataclasses import dataclass

from bot.deletions.freezing import Braking
from bot.deletions.history import LookingBack
from bot.deletions.requests import Deletions


@dataclass(frozen=True, slots=True)
class Services:
    """The application, as Slack's side uses it.

    Args:
        deletions: requests, and actions on them.
        braking: freeze and unfreeze.
        looking_back: the audit log, and what has not ended.
        workspace_url: `url` of auth.test, from which links to messages are made.
    """

    deletions: Deletions
    braking: Braking
    looking_back: LookingBack
    workspace_url: str = ""
