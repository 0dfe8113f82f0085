"""Which processes use the server: it ends when the last one releases it."""

import os

from bot.store.embedded import locks
from bot.store.embedded.folder import DataFolder


class Uses:
    """That this process uses the server of a folder: a shared lock, which the kernel ends with the process."""

    def __init__(self, folder: DataFolder) -> None:
        """Open the lock file; `taken` takes the lock.

        Raises:
            OSError: the lock file cannot be opened.
        """
        self._folder = folder
        self._descriptor: int | None = locks.open_lock(folder.users)
        self._files = _identities(folder)

    def taken(self) -> bool:
        """Whether the lock could be had. It cannot while the last user stops the server."""
        return self._descriptor is not None and locks.try_lock(self._descriptor, shared=True)

    def end(self) -> bool:
        """Give the lock back. Returns whether this was the last user: then nobody else comes before `forget`."""
        if self._descriptor is None or self.replaced():
            self.forget()
            return False
        os.close(self._descriptor)  # not converted: two that end at once would keep each other from it
        self._descriptor = locks.open_lock(self._folder.users)
        if locks.try_lock(self._descriptor):
            return True
        self.forget()
        return False

    def forget(self) -> None:
        """Give the lock back, even if others use the server."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def replaced(self) -> bool:
        """Whether the folder or its locks are no longer those that were there at the start."""
        try:
            return _identities(self._folder) != self._files
        except OSError:
            return True


def _identities(folder: DataFolder) -> list[tuple[int, int]]:
    return [(found.st_dev, found.st_ino) for found in map(os.stat, (folder.path, folder.lock, folder.users))]
