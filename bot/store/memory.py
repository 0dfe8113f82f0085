"""What the bot remembers about its storage outside Redis: in a file next to the data, otherwise while it runs."""

import asyncio
import json
import os
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from bot.domain.data_loss import Remembered
from bot.observability.seldom import Seldom

_log = structlog.get_logger(__name__)


class StorageSettings(Protocol):
    """The settings that say where the storage is."""

    @property
    def redis_url(self) -> SecretStr | None:
        """`REDIS_URL`."""

    @property
    def data_dir(self) -> Path:
        """`CODECHECK_DATA_DIR`."""

    @property
    def redis_prefix(self) -> str:
        """`CODECHECK_REDIS_PREFIX`."""


class Memory:
    """Remembers which instance the storage was, and its latest checkpoint.

    Args:
        folder: where the file lies; it is not made. None, or one that cannot be written to: remember without a file.
        place: what is remembered: the prefix of the keys, and for a shared Redis its URL. Another place has another
            file, so a new REDIS_URL is no loss.
    """

    def __init__(self, folder: Path | None, place: str) -> None:
        self._file = None if folder is None else folder / f"instance-{sha256(place.encode()).hexdigest()[:16]}.json"
        self._remembered = self._read()
        self._seldom = Seldom()

    @classmethod
    def of(cls, settings: StorageSettings) -> Self:
        """What is remembered of the storage of some settings."""
        url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        return cls(settings.data_dir, place_of(url, settings.redis_prefix))

    @property
    def remembered(self) -> Remembered | None:
        """What is remembered; None if nothing is."""
        return self._remembered

    async def keep(self, remembered: Remembered) -> None:
        """Remember this from now on. A file that cannot be written is logged."""
        if remembered == self._remembered:
            return
        self._remembered = remembered
        if self._file is not None and self._file.parent.is_dir() and os.access(self._file.parent, os.W_OK):
            try:
                await asyncio.to_thread(_write, self._file, json.dumps(asdict(remembered)))
            except OSError as error:
                self._seldom.warn("storage memory not written", str(error.strerror))

    def _read(self) -> Remembered | None:
        try:
            values = json.loads(self._file.read_text()) if self._file is not None else None
            return Remembered(str(values["id"]), int(values["number"]), str(values["hash"])) if values else None
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("storage memory not readable", file=str(self._file), error=repr(error))
            return None


def place_of(url: str, prefix: str) -> str:
    """A name for the storage at a URL and a prefix, without the credentials, which change."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path} {prefix}"


def _write(file: Path, text: str) -> None:
    """Replace the file at once, so that a kill at any moment leaves the old one or the new one."""
    beside = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
