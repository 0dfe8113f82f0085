"""Figures, taken on loopback in one run: `python -m benchmarks`. Trust the ratios; the machine makes the rest."""
