"""`python -m benchmarks.soak load --seconds 60 --rate 10`."""

import argparse
import sys
import tempfile
from pathlib import Path

import uvloop

from benchmarks.soak import clocks, load, partitions
from benchmarks.soak.load import Options
from benchmarks.soak.report import report

PARTS = {"clocks": clocks.run, "load": load.run, "partitions": partitions.run}
LONG = 120.0  # seconds; in a shorter soak, requests expire sooner


def main() -> int:
    """Run what the command line asks for. Returns the exit status: 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long conversations are started")
    parser.add_argument("--rate", type=float, default=20.0, help="how many a second")
    parser.add_argument("--faults", type=float, default=1.0, help="per cent, of each kind of fault")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--socket-mode", action="store_true", help="Socket Mode instead of HTTP")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    options = Options(
        seconds=given.seconds,
        rate=given.rate,
        share=given.faults / 100,
        replicas=given.replicas,
        socket_mode=given.socket_mode,
        ttl=90 if given.seconds >= LONG else 60,
        seed=given.seed,
    )
    with tempfile.TemporaryDirectory(prefix="codecheck-soak-") as folder:
        verdict = uvloop.run(PARTS[given.part](Path(folder), options))
    print(report(verdict, options))
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
