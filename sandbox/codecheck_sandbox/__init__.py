"""Slack and CodeArts Check on this machine, strict enough to stand for the real ones; met over the wire only."""
