"""The README is what a newcomer needs, and no more."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """What stands under a heading, down to the next one of its level or above."""
    level = heading.index(" ")
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", README, re.DOTALL | re.MULTILINE)
    assert match, f"README.md has no heading {heading!r}"
    return match[1]


@pytest.mark.parametrize("command", ["make sandbox", "make test"])
def test_the_two_commands_stand_at_the_top_and_exist(command: str) -> None:
    """A newcomer needs no others."""
    assert f"$ {command} " in section("## Try it, without Slack and without Huawei Cloud")
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_it_is_short() -> None:
    """Everything else belongs into a document of its own, which the README lists."""
    assert len(README.splitlines()) <= 185
