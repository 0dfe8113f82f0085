"""Wrappers of the application's ports that measure what goes through them, and change nothing."""
