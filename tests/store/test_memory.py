"""What the bot remembers of its storage outside Redis."""

from pathlib import Path

import pytest

from bot.domain.data_loss import Remembered
from bot.store.memory import Memory, place_of

SEEN = Remembered("one", 12, "aaaa")


async def test_it_survives_the_process(tmp_path: Path) -> None:
    """In a file that nobody else can read."""
    await Memory(tmp_path, "here").keep(SEEN)
    assert Memory(tmp_path, "here").remembered == SEEN
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_another_place_is_another_memory(tmp_path: Path) -> None:
    """A new REDIS_URL or prefix is no loss; a new password is no new place."""
    await Memory(tmp_path, place_of("redis://bot:old@host:6379/0", "codecheck")).keep(SEEN)
    assert Memory(tmp_path, place_of("redis://bot:new@host:6379/0", "codecheck")).remembered == SEEN
    for url, prefix in (
        ("redis://host:6380/0", "codecheck"),
        ("redis://host:6379/1", "codecheck"),
        ("redis://other:6379/0", "codecheck"),
        ("redis://host:6379/0", "other"),
    ):
        assert Memory(tmp_path, place_of(url, prefix)).remembered is None


@pytest.mark.parametrize("folder", [None, Path("/nowhere")])
async def test_without_a_folder_it_lasts_as_long_as_the_process(folder: Path | None) -> None:
    """And no folder is made."""
    memory = Memory(folder, "here")
    await memory.keep(SEEN)
    assert memory.remembered == SEEN
    assert Memory(folder, "here").remembered is None
    assert not Path("/nowhere").exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"id": "one"}', '{"id": "one", "number": "x", "hash": ""}', "\x00"]
)
async def test_what_cannot_be_read_is_forgotten(tmp_path: Path, text: str) -> None:
    """A file cut off by a full disk ends nothing: what is there now is remembered from then on."""
    await Memory(tmp_path, "here").keep(SEEN)
    (file,) = tmp_path.iterdir()
    file.write_text(text)
    memory = Memory(tmp_path, "here")
    assert memory.remembered is None
    await memory.keep(SEEN)
    assert Memory(tmp_path, "here").remembered == SEEN


async def test_a_folder_in_its_place_is_survived(tmp_path: Path) -> None:
    """It remembers without a file."""
    await Memory(tmp_path, "here").keep(SEEN)
    (file,) = tmp_path.iterdir()
    file.unlink()
    file.mkdir()
    memory = Memory(tmp_path, "here")
    await memory.keep(SEEN)
    assert memory.remembered == SEEN
