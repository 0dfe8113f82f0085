"""The README is held against the code: what it lists is what there is."""

import inspect
import re
import textwrap
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.domain import deletion
from bot.settings import SettingRow, setting_rows
from bot.slack.registry import discover
from bot.store.keys import acl_rules

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    """What stands under a heading, down to the next one of its level or above."""
    level = heading.index(" ")
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{level}}} |\Z)", README, re.DOTALL | re.MULTILINE)
    assert match, f"README.md has no heading {heading!r}"
    return match[1]


def row_of(setting: SettingRow) -> str:
    """A setting as its table shows it."""
    name = f"[{setting.table}] {setting.name}".rstrip() if setting.table else setting.name
    return f"| `{name}`{' 🔒' if setting.secret else ''} | {setting.meaning} | {setting.default} |"


def rows_in(text: str) -> list[str]:
    """The rows of the table in `text`, its head apart."""
    return [line for line in text.splitlines() if line.startswith("|")][2:]


@pytest.mark.parametrize(("heading", "toml"), [("### Environment", False), ("### codecheck.toml", True)])
def test_every_setting_has_its_row_as_the_code_has_it(heading: str, *, toml: bool) -> None:
    """Neither more nor less, in the code's own words and order."""
    wanted = [row_of(setting) for setting in setting_rows() if bool(setting.table) is toml]
    found = rows_in(section(heading))
    missing, stale = [row for row in wanted if row not in found], [row for row in found if row not in wanted]
    assert not missing, f"README.md, {heading}: paste\n" + "\n".join(missing)
    assert not stale, f"README.md, {heading}: take out\n" + "\n".join(stale)
    assert found == wanted


def test_every_subcommand_has_its_row() -> None:
    """The table of what people type in Slack."""
    listed = re.findall(r"^\| `/codecheck (\w+)", section("## What it looks like"), re.MULTILINE)
    wanted = sorted(each.name for each in discover().subcommands)
    assert sorted(listed) == wanted, "README.md, What it looks like: paste `bot.slack.registry.commands_table()`"


def test_every_command_of_the_command_line_has_its_row() -> None:
    """The table of what is run on a machine."""
    listed = re.findall(r"^\| `codecheck-bot (\w+)` \|", section("### 4. Run it"), re.MULTILINE)
    assert sorted(listed) == sorted(main.commands), "README.md, Run it: one row for each command"


def test_the_state_diagram_is_the_codes() -> None:
    """Drawn once in `bot/domain/deletion.py`, and the same here."""
    documented = inspect.getdoc(deletion) or ""
    drawn = documented.partition("::\n")[2].partition("\nWhat a person")[0]
    diagram = textwrap.dedent(drawn).strip("\n")
    assert diagram in section("## The life of a deletion"), f"README.md, The life of a deletion: paste\n{diagram}"


def test_the_rules_for_redis_are_the_codes() -> None:
    """Whoever pastes them has a bot that works, and may no more than it needs."""
    rules = acl_rules("codecheck")
    assert rules in section("### 3. Redis"), f"README.md, Redis: paste\nACL SETUSER codecheck on >PASSWORD {rules}"


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
