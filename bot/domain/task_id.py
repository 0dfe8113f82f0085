"""What a task's ID looks like."""

import re

TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")  # DeleteTaskV3: 1 to 128 characters; the IDs seen are 32 hex digits
HALF_ID = re.compile(r"[0-9a-fA-F]{4,31}")
"""What may be the beginning of an ID: of those seen."""

_SHORT = 8  # enough characters to tell one task from another at a glance


def short(task_id: str) -> str:
    """The beginning of an ID, to recognise a task by when there is no room for all of it: `897acf7a…`."""
    return task_id if len(task_id) <= _SHORT + 1 else f"{task_id[:_SHORT]}…"
