"""The dwell: two clicks within a second may be a slip, so the second counts only once its button has been visible.

The button counts as shown from the write that records it, by Redis's clock. `Lifecycle.confirmable_at` is that time
plus the dwell.
"""

from bot.domain.deletion import Deletion
from bot.domain.lifecycle import State


def is_slip(deletion: Deletion) -> bool:
    """Whether a second confirmation comes too soon for anyone to have read what it deletes."""
    confirmable_at = deletion.lifecycle.confirmable_at
    return not confirmable_at or deletion.read_at < confirmable_at


def begins(deletion: Deletion) -> bool:
    """Whether the delete button has just been shown, for the first time or again after a freeze."""
    return (
        deletion.state is State.REVIEWED
        and deletion.freeze is None
        and not deletion.lifecycle.confirmable_at
        and deletion.delivery.rendered == deletion.appearance
    )
