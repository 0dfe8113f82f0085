"""Slack and CodeArts Check, near enough to real to be strict: the bot meets them over the wire only."""
