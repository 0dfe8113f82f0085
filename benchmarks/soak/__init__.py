"""A soak: the real bot for minutes, under load and faults, on hosts that lose each other, with clocks that are wrong.

`make soak` runs it; docs/soak.md says what it shows.
"""
