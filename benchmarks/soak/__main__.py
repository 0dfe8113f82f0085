"""The real bot for minutes, under load and faults, on hosts that lose each other, with clocks that are wrong."""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import uvloop

from benchmarks.soak import clocks, load, partitions
from benchmarks.soak.hosts import NoHostsError
from benchmarks.soak.load import Options
from benchmarks.soak.report import report

PARTS = {"load": load.run, "partitions": partitions.run, "clocks": clocks.run}
CALM_RATE = 2.0
"""Conversations a second for partitions and clocks, at most: enough for every cut to fall into some of them."""
LONG = 120.0
"""Seconds; in a shorter soak requests expire sooner, and conversations are not watched as long after their end."""


def main() -> int:
    """Run what the command line asks for. Returns the exit status: 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("part", choices=[*PARTS, "all"], help="what to run")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long conversations are started, in each part")
    parser.add_argument("--rate", type=float, default=20.0, help="how many a second")
    parser.add_argument("--faults", type=float, default=1.0, help="per cent, of each kind of fault")
    parser.add_argument("--replicas", type=int, default=3, help="under load; one of them is killed and replaced")
    parser.add_argument("--socket-mode", action="store_true", help="Socket Mode instead of HTTP")
    parser.add_argument("--seed", type=int, default=1, help="the same seed rolls the same dice")
    given = parser.parse_args()
    options = Options(
        seconds=given.seconds,
        rate=given.rate,
        share=given.faults / 100,
        replicas=given.replicas,
        socket_mode=given.socket_mode,
        seed=given.seed,
    )
    if given.seconds < LONG:
        options = replace(options, ttl=30, linger=20)
    return max(_run(part, options) for part in (PARTS if given.part == "all" else [given.part]))


def _run(part: str, options: Options) -> int:
    """Run one part, and print what came of it. Returns 1 if anything is wrong, or it cannot be run here."""
    options = options if part == "load" else replace(options, rate=min(options.rate, CALM_RATE))
    print(f"{part}, over {'Socket Mode' if options.socket_mode else 'HTTP'}", flush=True)
    with tempfile.TemporaryDirectory(prefix="codecheck-soak-") as folder:
        try:
            verdict = uvloop.run(PARTS[part](Path(folder), options))
        except NoHostsError as error:
            print(f"not run: {error}\n", flush=True)
            return 1
    print(report(verdict, options), end="\n\n", flush=True)
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
