"""What ends the process: SIGTERM, Ctrl-C, and SIGHUP when the terminal closes.

This module is imported before everything else, so it imports nothing slow.
"""

import os
import signal
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio


def end_at_once_until_running() -> None:
    """Until `stop_requested` is called, let a signal end the process at once: nothing is under way yet.

    Process 1 (in a container) never receives a signal that it does not handle. So call this in the main thread, before
    anything slow is imported.
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)


def stop_requested() -> "asyncio.Event":
    """From now on a signal only sets this event, so that what is under way can be finished.

    A SIGHUP that was ignored when the process started (nohup) stays ignored.
    """
    import asyncio  # noqa: PLC0415 - slow

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, stop.set)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    return stop


def _end(number: int, _frame: FrameType | None) -> None:
    os._exit(0 if number == signal.SIGTERM else 128 + number)  # SystemExit is lost if it is raised in a callback
