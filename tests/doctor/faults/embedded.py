"""Faults of the data folder of the embedded server."""

from pathlib import Path

from tests.doctor.deployed import Deployed
from tests.doctor.planted import FAULT, WARNING, planted


def _embedded(here: Deployed) -> Path:
    del here.environ["REDIS_URL"]
    return Path(here.environ["CODECHECK_DATA_DIR"])


@planted(
    "Others can write to the data folder",
    "data folder",
    FAULT,
    "so they could make the bot delete",
    "If nobody has, close it: chmod 700",
)
async def _(here: Deployed) -> None:
    folder = _embedded(here)
    folder.mkdir()
    folder.chmod(0o777)


@planted(
    "Others can read the data folder",
    "data folder",
    WARNING,
    "Other users can read",
    "The bot closes it when it starts.",
)
async def _(here: Deployed) -> None:
    folder = _embedded(here)
    folder.mkdir()
    folder.chmod(0o755)


@planted(
    "The data folder is a file",
    "data folder",
    FAULT,
    "is not a folder",
    "Set CODECHECK_DATA_DIR to a folder of your own, or set REDIS_URL.",
)
async def _(here: Deployed) -> None:
    _embedded(here).write_text("", encoding="utf-8")


@planted(
    "The data folder has lost the manifest of its data",
    "data folder",
    FAULT,
    "has lost its manifest",
    "Restore the folder from a backup",
)
async def _(here: Deployed) -> None:
    folder = _embedded(here) / "appendonlydir"
    folder.mkdir(mode=0o700, parents=True)
    folder.parent.chmod(0o700)
    (folder / "appendonly.aof.1.incr.aof").write_bytes(b"")


@planted(
    "The data folder was used and holds nothing any more",
    "data folder",
    WARNING,
    "All data are gone",
    "Restore them from a backup",
)
async def _(here: Deployed) -> None:
    folder = _embedded(here)
    folder.mkdir(mode=0o700)
    (folder / "server.log").write_text("Ready to accept connections\n", encoding="utf-8")


@planted(
    "The embedded server does not run",
    "stored data",
    WARNING,
    "cannot tell: the embedded Redis server does not run",
    "Run doctor beside the bot.",
)
async def _(here: Deployed) -> None:
    _embedded(here)
