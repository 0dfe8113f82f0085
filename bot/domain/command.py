"""What is left of the subcommands here until the deletions have a query of their own; then this file goes.

The subcommands are in `bot.slack.commands`, one file each; `TASK_ID` is in `bot.domain.task_id`.
"""

from dataclasses import dataclass

from bot.domain.task_id import TASK_ID

__all__ = ["TASK_ID", "History"]


@dataclass(frozen=True, slots=True)
class History:
    """Which page of the audit log is asked for: of a task, of a person, or of everything.

    Args:
        task_id: only this task's events; "" for those of every task.
        user_id: only what this Slack user did or asked for; "" for everybody's.
        before: the position that the page ends before; "" for the newest page.
        after: the position that the page begins after.
    """

    task_id: str = ""
    user_id: str = ""
    before: str = ""
    after: str = ""
