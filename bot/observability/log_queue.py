"""A separate thread writes the log lines, so a log that nobody reads never stops the bot.

A pipe that nobody reads takes 64 KiB, and then every write waits. Here only that thread waits: lines gather in a
bounded queue, and when it is full they are dropped and counted. Once the log is read again, a line says how many are
missing.
"""

import logging
import os
import queue
import threading
import time
from logging.handlers import QueueHandler, QueueListener
from typing import TextIO

_LINES = 5_000  # kept while nobody reads
_FLUSH_SECONDS = 2.0  # at exit
_PAUSE = 0.05  # seconds, while a descriptor that does not block (O_NONBLOCK) takes no more

_Waiting = queue.Queue[logging.LogRecord | None]


class LogQueue(QueueHandler):
    """A handler that formats a record at once and has it written later. `logging.shutdown`, at exit, flushes it.

    Args:
        stream: where the lines go.
        lines: how many may wait.
    """

    def __init__(self, stream: TextIO, lines: int = _LINES) -> None:
        self._waiting = _Waiting(lines)
        super().__init__(self._waiting)
        self._dropped = 0
        self._counting = threading.Lock()
        self._writer = _Writer(self._waiting, _handler(stream), self)
        self._writer.start()

    def enqueue(self, record: logging.LogRecord) -> None:
        """Queue a formatted record, or drop it if the queue is full; never waits."""
        try:
            self._waiting.put_nowait(record)
        except queue.Full:
            with self._counting:
                self._dropped += 1

    def take_dropped(self) -> int:
        """How many lines have been dropped since this was last called."""
        with self._counting:
            dropped, self._dropped = self._dropped, 0
        return dropped

    def flush(self) -> None:
        """Wait until everything logged so far has been written, at most two seconds."""
        deadline = time.monotonic() + _FLUSH_SECONDS
        with self._waiting.all_tasks_done:
            while self._waiting.unfinished_tasks and (left := deadline - time.monotonic()) > 0:
                self._waiting.all_tasks_done.wait(left)

    def close(self) -> None:
        """Let the thread end."""
        self._writer.enqueue_sentinel()
        super().close()


class _Writer(QueueListener):
    """The thread: a daemon, since it may wait for a reader forever."""

    def __init__(self, waiting: _Waiting, to: logging.Handler, source: LogQueue) -> None:
        super().__init__(waiting, to)
        self._to = to
        self._source = source

    def handle(self, record: logging.LogRecord) -> None:
        """Write a record; before it, if lines are missing there, how many."""
        if dropped := self._source.take_dropped():
            told = {"msg": "%d log lines dropped here: nobody read the log", "args": (dropped,)}
            about = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"}
            self._to.emit(self._source.prepare(logging.makeLogRecord(about | told)))
        self._to.emit(record)  # not `handle`: it holds the handler's lock, which logging.shutdown waits for

    def enqueue_sentinel(self) -> None:
        """Ask the thread to end; if the queue is full nobody reads, and the thread ends with the process."""
        try:
            super().enqueue_sentinel()
        except queue.Full:
            return


class _Descriptor(logging.Handler):
    """Writes to a descriptor past Python's buffers, which lose lines if it does not block (O_NONBLOCK)."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        left = memoryview(f"{record.msg}\n".encode(errors="backslashreplace"))
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                time.sleep(_PAUSE)
            except OSError:
                return  # the reader has gone for good, or the disk is full: there is nowhere to say so


def _handler(stream: TextIO) -> logging.Handler:
    try:
        return _Descriptor(stream.fileno())
    except OSError:  # it has none: io.StringIO
        return logging.StreamHandler(stream)
