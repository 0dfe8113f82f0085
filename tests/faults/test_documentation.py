"""Every test that `docs/faults.md` names exists."""

import ast
import re

import pytest

from tests.faults.bots import ROOT

NAMED = re.findall(r"`((?:[a-z]+/)*test_[a-z_]+\.py)(?:::(test_[a-z_]+))?`", (ROOT / "docs/faults.md").read_text())


def test_the_page_names_tests() -> None:
    """The pattern finds the names on the page, so that the next test does not check an empty list."""
    assert len(NAMED) >= 8
    assert (ROOT / "docs/faults.md").read_text().count(".py") == len(NAMED)


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_each_test_that_the_page_names_exists(file: str, test: str) -> None:
    """The page does not name a test that was renamed or removed."""
    path = ROOT / "tests" / (file if "/" in file else f"faults/{file}")
    defined = {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
    }
    assert not test or test in defined
