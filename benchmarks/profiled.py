"""Runs a module like `python -m`, and counts what its CPU time is spent on: `python -m benchmarks.profiled MODULE …`.

After SIGUSR1 a timer of CPU time interrupts it 500 times a second; each time, the innermost frame that is not the
standard library's is counted. PROFILE says where the counts go at the end.
"""

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from runpy import run_module
from types import FrameType

_EVERY = 0.002  # seconds of CPU time
_LIBRARIES: Mapping[str, str] = {
    "aiohttp": "aiohttp",
    "yarl": "aiohttp",
    "httpx": "httpx",
    "httpcore": "httpx",
    "h11": "httpx",
    "anyio": "httpx",
    "stamina": "stamina: the retries",
    "tenacity": "stamina: the retries",
    "redis": "redis-py",
    "slack_bolt": "Bolt",
    "slack_sdk": "slack_sdk",
    "pydantic": "pydantic",
    "structlog": "structlog: the log",
    "prometheus_client": "prometheus-client: the metrics",
}
LOOP = "uvloop: the event loop and its sockets"


def part_of(files: Iterator[str]) -> str:
    """What a stack counts for.

    Args:
        files: the files of its frames, the innermost first.
    """
    for file in files:
        path = Path(file).parts
        if "site-packages" in path:
            package = path[path.index("site-packages") + 1].removesuffix(".py")
            if package in _LIBRARIES:
                return _LIBRARIES[package]
        elif "bot" in path:
            inner = path[len(path) - path[::-1].index("bot") :]
            return LOOP if inner[0] == "cli" else f"bot/{inner[0]}"
    return LOOP


def main() -> None:
    """Run the module that the command line names."""
    counts: Counter[str] = Counter()

    def count(_number: int, frame: FrameType | None) -> None:
        counts[part_of(_files(frame))] += 1

    def start(_number: int, _frame: FrameType | None) -> None:
        counts.clear()
        signal.signal(signal.SIGPROF, count)
        signal.setitimer(signal.ITIMER_PROF, _EVERY, _EVERY)

    signal.signal(signal.SIGUSR1, start)
    del sys.argv[0]
    try:
        run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(os.environ["PROFILE"]).write_text(json.dumps(counts), encoding="utf-8")


def _files(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield frame.f_code.co_filename
        frame = frame.f_back


if __name__ == "__main__":
    main()
