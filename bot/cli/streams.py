"""Standard input, output and error, even if they are closed, full, or read by nobody."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator

import click


def open_closed_streams() -> None:
    """Open those that are closed, and make sure that no character makes a write fail.

    Otherwise the first file or socket would get the number of a closed stream, and printed output would go there.
    Writing to a closed standard output fails, so that nobody believes it was written; a log that nobody reads is
    dropped.
    """
    _open(0, os.O_RDONLY)
    if _open(1, os.O_RDONLY):  # so that writing fails
        sys.stdout = sys.__stdout__ = _writer(1)  # type: ignore[misc]  # it is final only for type checkers
    if _open(2, os.O_WRONLY):
        sys.stderr = sys.__stderr__ = _writer(2)  # type: ignore[misc]  # the same
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _writer(number: int) -> io.TextIOWrapper:
    return os.fdopen(number, "w", encoding="utf-8", closefd=False)


def _open(number: int, flags: int) -> bool:
    """Whether descriptor `number` was closed; then it is /dev/null."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, flags)  # takes the lowest free number, which is this one
        return True
    return False


class OutputError(OSError):
    """Standard output cannot be written; a reader that has gone away (`| head`) is EPIPE."""


class Output:
    """Standard output, for work that must distinguish its errors from network errors."""

    def write(self, text: str, /) -> int:
        """Write `text`. Raises `OutputError`."""
        try:
            return sys.stdout.write(text)
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from None


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """End the process with the block's exit status, or with 1 if its output could not be written."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # otherwise the interpreter flushes it, too late to say what is wrong
    except OSError as error:
        if error.filename is not None:  # it is about a file, not about the output
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # discard what is left in the buffer
        if error.errno != errno.EPIPE:
            click.echo(f"Error: standard output cannot be written: {error.strerror}", err=True)
        sys.exit(1)
