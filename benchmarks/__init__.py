"""Benchmarks on loopback: `python -m benchmarks`. Trust only the ratios; the rest depends on the machine."""
