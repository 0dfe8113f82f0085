"""The probes of `doctor`, one file each: what is checked, what can be found, and what to do about it.

To add one, add a file here with a `PROBE` (see `bot.doctor.probe`); nothing else changes.
"""
