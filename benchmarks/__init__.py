"""Measurements on loopback, as ratios taken in one run: `make bench`. docs/performance.md shows the results."""
