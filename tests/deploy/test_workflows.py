"""GitHub's workflows: valid, with no more rights than they need, and with every action pinned by its commit."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOWS = sorted((Path(__file__).parents[2] / ".github" / "workflows").glob("*.yml"))
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    """The jobs of a workflow."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


@each_workflow
def test_github_takes_it(path: Path) -> None:
    """By the schema of workflows."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@each_workflow
def test_it_can_only_read_unless_a_job_says_otherwise(path: Path) -> None:
    """And no job can run for ever."""
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in jobs(path).values())


@each_workflow
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    """A tag can be moved; and no checkout leaves a token behind."""
    for job in jobs(path).values():
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@each_workflow
def test_nothing_that_others_name_is_pasted_into_a_script(path: Path) -> None:
    """The name of a branch or a tag can hold a command: it reaches scripts as a variable only."""
    for job in jobs(path).values():
        assert not [step["run"] for step in job["steps"] if "${{" in step.get("run", "")]


def test_a_release_is_tested_and_is_what_its_tag_says() -> None:
    """It needs the tests, and stops unless the tag is the version of pyproject.toml."""
    (path,) = (each for each in WORKFLOWS if each.name == "release.yml")
    release = jobs(path)["release"]
    assert release["needs"] == "test"
    scripts = "\n".join(step.get("run", "") for step in release["steps"])
    assert 'test "$TAG" = "v$version"' in scripts
    assert "make sbom" in scripts
    assert "--provenance mode=max" in scripts
    assert any("attest-build-provenance@" in step.get("uses", "") for step in release["steps"])
