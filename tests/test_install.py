"""What `make` installs is what the locks say, whatever has been released since and whichever pip Python brings."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-otel.lock", "requirements-build.lock", "requirements-dev.lock")
BUILD_BACKEND = """
import zipfile
def build_editable(folder, config=None, metadata=None):
    name = "project-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as wheel:
        wheel.writestr("project-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: project\\nVersion: 1.0\\n")
        wheel.writestr("project-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any")
        wheel.writestr("project-1.0.dist-info/RECORD", "")
    return name
"""


class Index:
    """A package index on the disk, as pip reads one."""

    def __init__(self, folder: Path) -> None:
        """Keep its pages and wheels in `folder`."""
        self.folder = folder

    def release(self, name: str, version: str, needs: Sequence[str] = (), code: str = "") -> str:
        """Add a release. Returns the line of a lock that pins it."""
        page = self.folder / name
        page.mkdir(parents=True, exist_ok=True)
        path = page / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: toml\n"
        with zipfile.ZipFile(path, "w") as wheel:
            wheel.writestr(f"{name}.py", code)
            wheel.writestr(f"{info}/METADATA", metadata + "".join(f"Requires-Dist: {need}\n" for need in needs))
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        (page / "index.html").write_text("".join(f'<a href="{file.name}">_</a>' for file in page.glob("*.whl")))
        return f"{name}=={version} --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A small project with this Makefile; since it was locked, each of its packages has had another release."""
    index = Index(tmp_path / "index")
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(ROOT / "Makefile", folder)
    runtime = index.release("library", "1.0")
    build = index.release("builder", "1.0", code=BUILD_BACKEND)
    coverage = index.release("coverage", "1.0") + index.release("plugin", "1.0", ["coverage[toml]>=0.5", "library"])
    for name in ("library", "builder", "coverage", "plugin"):
        index.release(name, "2.0", code="raise SystemExit('not what was locked')")
    (folder / "requirements.lock").write_text(runtime)
    (folder / "requirements-build.lock").write_text(build)
    (folder / "requirements-dev.lock").write_text(runtime + build + coverage)
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["builder"]\nbuild-backend = "builder"\n'
        '[project]\nname = "project"\nversion = "1.0"\n'
    )
    yield folder
    shutil.rmtree(folder / ".venv", ignore_errors=True)


def make(project: Path, target: str) -> "subprocess.CompletedProcess[str]":
    """Run make with this Python's own pip, and no index but the one beside the project."""
    return subprocess.run(
        ["make", f"PYTHON={sys.executable}", target],  # noqa: S607 - the machine's own make
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": (project.parent / "index").as_uri(),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def installed(project: Path) -> set[str]:
    """The stand-in packages in the project's environment, with their versions."""
    found = {path.name.removesuffix(".dist-info") for path in project.glob(".venv/lib/*/site-packages/*.dist-info")}
    return {name for name in found if not name.startswith(("pip-", "setuptools-"))}


def test_newer_releases_change_nothing(project: Path) -> None:
    """With an extra that the lock does not mention, and for the tools that build as well."""
    ended = make(project, ".venv/.dev")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert installed(project) == {"library-1.0", "builder-1.0", "coverage-1.0", "plugin-1.0", "project-1.0"}
    assert "Installing what the bot needs, 1 packages" in ended.stdout


def test_a_lock_that_lacks_something_is_refused(project: Path) -> None:
    """Nothing resolves what it lacks; pip names it."""
    lock = project / "requirements-dev.lock"
    lock.write_text(
        "".join(line for line in lock.read_text().splitlines(keepends=True) if not line.startswith("coverage"))
    )
    ended = make(project, ".venv/.dev")
    assert ended.returncode != 0
    assert "plugin 1.0 requires coverage, which is not installed" in ended.stdout


def test_a_changed_package_is_refused(project: Path) -> None:
    """The hash in the lock is what counts, not the version."""
    Index(project.parent / "index").release("library", "1.0", code="print('something else')")
    ended = make(project, ".venv/.run")
    assert ended.returncode != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in ended.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_each_package_by_hash_and_names_no_address(lock: str) -> None:
    """A pin, its marker, its hashes, and who asked for it: nothing else."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    pin = r"[a-zA-Z0-9._-]+(\[[a-z0-9,_-]+\])?==[0-9a-z.]+( ; [^\\\n]+)? \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+"
    note = r"(    #[^\n]*\n)*"
    assert re.fullmatch(f"({pin}{note})+", text)
    assert not re.search(r"://|\n--|\n-[a-z]", text)


def pins(lock: str) -> dict[str, str]:
    """What a lock pins: canonical name -> version."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+)(?:\[[^]]*\])?==([^ ]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def needs(requirement: Requirement) -> Iterator[Requirement]:
    """What a requirement that is installed here needs in turn, with the extras that it asks for."""
    for text in requires(requirement.name) or ():
        needed = Requirement(text)
        extras = requirement.extras or {""}
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
            yield needed


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ()), ("requirements-otel.lock", ("otel",)), ("requirements-dev.lock", ("dev", "otel"))],
)
def test_a_lock_is_complete(lock: str, extras: tuple[str, ...]) -> None:
    """All that pyproject.toml asks for, and what that asks for with its extras, in versions that suit everyone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(need for extra in extras for need in project["optional-dependencies"][extra])]
    locked = pins(lock)
    todo, seen = [Requirement(text) for text in asked], set()
    while todo:
        requirement = todo.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{lock} lacks {requirement}"
        assert requirement.specifier.contains(version, prereleases=True), f"{lock} has {version} for {requirement}"
        todo += needs(requirement)
    assert len(seen) > len(asked)
