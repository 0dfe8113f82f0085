"""The README is held against the code: what it lists is what there is."""

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from bot.domain import deletion
from bot.settings import setting_rows
from tests.generated import PARTS, documents, parts_in, written

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """What stands under a heading, down to the next one of its level or above."""
    level = heading.index(" ")
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", README, re.DOTALL | re.MULTILINE)
    assert match, f"README.md has no heading {heading!r}"
    return match[1]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_what_is_generated_is_as_the_code_has_it(path: Path) -> None:
    """Settings, commands and the rights that Redis must give, in the code's own words and order."""
    document = path.read_text(encoding="utf-8")
    assert written(document) == document, f"{path.name} is out of date: run python -m tests.generated"


def test_every_generated_part_is_in_one_document() -> None:
    """A setting or a command is described in one place."""
    found = [name for path in documents() for name in parts_in(path.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(PARTS)


def test_the_state_diagram_is_the_codes() -> None:
    """Drawn once in `bot/domain/deletion.py`, and the same here."""
    documented = inspect.getdoc(deletion) or ""
    drawn = documented.partition("::\n")[2].partition("\nWhat a person")[0]
    diagram = textwrap.dedent(drawn).strip("\n")
    assert diagram in section("## The life of a deletion"), f"README.md, The life of a deletion: paste\n{diagram}"


@pytest.mark.parametrize("command", ["make sandbox", "make test"])
def test_the_two_commands_stand_at_the_top_and_exist(command: str) -> None:
    """A newcomer needs no others."""
    assert f"$ {command} " in section("## Try it, without Slack and without Huawei Cloud")
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_every_link_and_path_leads_to_something() -> None:
    """Files are named as they are."""
    linked = re.findall(r"\]\((?!https?:|#)([^)]+)\)", README)
    named = re.findall(r"`((?:bot|tests|docs)/[\w./-]+)`|^((?:bot|tests)/[\w./]*)", README, re.MULTILINE)
    paths = [*linked, *(first or second for first, second in named)]
    assert paths
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_every_variable_that_is_named_exists() -> None:
    """Also in the prose, where nobody looks when a name changes."""
    known = {setting.name for setting in setting_rows() if not setting.table}
    named = set(re.findall(r"`((?:SLACK|CODEARTS|CODECHECK|HUAWEICLOUD|REDIS)_[A-Z_]+)`", README))
    assert named
    assert named <= known, f"README.md names {sorted(named - known)}, which nothing reads"
