"""All that knows Redis: one hash for each deletion, one sorted set of deadlines, one script for each transition."""
