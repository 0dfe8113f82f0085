"""One file is a probe: what is made of the list of them, and that nothing else need change for another."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.doctor import Check, Grade, examine, probes
from bot.doctor.registry import discover, probes_table
from bot.settings import load_settings
from tests.settings.examples import ENOUGH

MOON = '''
"""Whether the moon is full."""

from bot.doctor.check import warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe


async def look(deployment: Deployment) -> Findings:
    """Look up."""
    yield warning(f"it is full over {deployment.settings.codearts_region}", "Wait.")


PROBE = Probe(name="moon", order=15, checks="whether the moon is full", look=look)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of probes beside doctor's own."""
    probes.__path__.append(str(tmp_path))
    yield tmp_path
    probes.__path__.remove(str(tmp_path))
    for name in ("moon", "another"):
        sys.modules.pop(f"bot.doctor.probes.{name}", None)


async def test_one_more_file_is_one_more_probe(folder: Path) -> None:
    """It looks, is reported in its place, and is in the document's table; no other file changed."""
    (folder / "moon.py").write_text(MOON, encoding="utf-8")
    found = discover()
    names = [probe.name for probe in found]
    assert names.index("admins") < names.index("moon") < names.index("data folder")
    assert "| moon | whether the moon is full |" in probes_table().splitlines()
    settings = load_settings(ENOUGH, folder)
    checks = await examine(settings, [probe for probe in found if probe.name == "moon"])
    assert checks == [Check("moon", Grade.WARNING, "it is full over cn-north-4", "Wait.")]


def test_a_file_without_a_probe_is_a_fault(folder: Path) -> None:
    """It is found at once."""
    (folder / "moon.py").write_text("", encoding="utf-8")
    with pytest.raises(TypeError, match=r"bot\.doctor\.probes\.moon has no PROBE"):
        discover()


def test_two_probes_with_one_name_are_a_fault(folder: Path) -> None:
    """Nobody could tell which of them found something."""
    (folder / "another.py").write_text(MOON.replace('"moon"', '"rules"'), encoding="utf-8")
    with pytest.raises(TypeError, match="two probes have the same name"):
        discover()


def test_every_probe_says_what_it_checks() -> None:
    """As a clause that the document's table can hold."""
    for probe in discover():
        assert re.fullmatch(r"[^|\n]{10,90}[^.|\n]", probe.checks), probe.name
