"""Reading a file that a setting names."""

import os
import stat
from pathlib import Path


def read_file(path: Path, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes.

    A pipe without a writer would stop the start, and a device may never end, so neither is read.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not such a file; the text goes on after "it".
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe opens at once with O_NONBLOCK
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise ValueError("is a folder")
        if not stat.S_ISREG(mode):
            raise ValueError("is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(most + 1)
    finally:
        os.close(descriptor)
    if len(content) > most:
        raise ValueError(f"has more than {most} bytes")
    return content
