"""Standard input, output and error, whatever the process was started with: closed, full, or read by nobody."""

import contextlib
import errno
import io
import os
import sys
from collections.abc import Iterator

import click


def open_closed_streams() -> None:
    """Open those that are closed, and let none of them fail for a character that it cannot write.

    The first file or socket would take the number of a closed one, and what is printed would go there. What is written
    to a closed standard output fails, since somebody may take it for written; a log without a reader just ends.
    """
    _open(0, os.O_RDONLY)
    if _open(1, os.O_RDONLY):  # so that writing fails
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
    if _open(2, os.O_WRONLY):
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", encoding="utf-8", closefd=False)  # type: ignore[misc]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _open(number: int, flags: int) -> bool:
    """Whether descriptor `number` was closed; then it is /dev/null."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, flags)  # takes the lowest number that is free, which is this one
        return True
    return False


class OutputError(OSError):
    """Standard output cannot be written; a reader that has gone away (`| head`) is EPIPE."""


class Output:
    """Standard output, for work that must tell its errors from those of the network."""

    def write(self, text: str, /) -> int:
        """Write `text`. Raises `OutputError`."""
        try:
            return sys.stdout.write(text)
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from None


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Let the process end with the block's exit status, or with 1 if its output could not be written."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # or the interpreter would, too late to say what is wrong
    except OSError as error:
        if error.filename is not None:  # of a file, so not of the output
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left in the buffer goes nowhere
        if error.errno != errno.EPIPE:
            click.echo(f"Error: standard output cannot be written: {error.strerror}", err=True)
        sys.exit(1)
