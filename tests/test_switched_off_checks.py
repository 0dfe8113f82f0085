"""Every check that is switched off has its reason beside it."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SWITCH = re.compile(r"#\s*(?:ruff:\s*)?(noqa|type:\s*ignore|pragma:\s*no|nosec|fmt:\s*(?:off|skip)|pylint:|mypy:)")
WITH_REASON = re.compile(
    r"""\#\ (
        (ruff:\ )?noqa:\ [A-Z]+\d+(,\ [A-Z]+\d+)*\ -\ \w   # `noqa: CODE - reason`
        | type:\ ignore\[[a-z-]+\]\ \ \#\ \w               # `type: ignore[code]  # reason`
        | (pragma:\ no\ \w+|nosec|fmt:\ \w+)\ -\ \w        # `pragma: no cover - reason`
    )""",
    re.VERBOSE,
)
EXCEPTION = re.compile(
    r'^\s*"[A-Z]+\d*",|=\s*\["[A-Z]+\d+"\]|^(ignore_missing_imports|untyped_calls_exclude|exclude_also) ='
)


def sources() -> Iterator[Path]:
    """Everything written in Python, by hand."""
    for folder in ("bot", "sandbox", "tests", "benchmarks", "deploy"):
        yield from (ROOT / folder).rglob("*.py")


def without_reason(path: Path) -> list[str]:
    """The lines of a file that switch a check off and do not say why."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        f"{path.name}:{number}: {line.strip()}"
        for number, line in enumerate(lines, 1)
        if SWITCH.search(line) and not WITH_REASON.search(line)
    ]


def test_each_line_says_why() -> None:
    """`# noqa: CODE - reason` and `# type: ignore[code]  # reason`, on the same line."""
    this = Path(__file__)
    assert [line for path in sources() if path != this for line in without_reason(path)] == []


def test_each_exception_in_the_settings_says_why() -> None:
    """What ruff and mypy leave out for whole folders has a comment on its line; every warning is an error."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if EXCEPTION.search(line) and "# " not in line] == []
    settings = tomllib.loads("\n".join(lines))["tool"]
    assert settings["pytest"]["ini_options"]["filterwarnings"] == ["error"]


def test_what_counts_as_a_reason(tmp_path: Path) -> None:
    """Nothing at all, and no code alone."""
    source = tmp_path / "example.py"
    source.write_text(
        "a()  # noqa\nb()  # noqa: S101\nc()  # type: ignore[misc]\nd()  # noqa: S101 - a test\n", "utf-8"
    )
    assert [line.rpartition("  # ")[0] for line in without_reason(source)] == [
        "example.py:1: a()",
        "example.py:2: b()",
        "example.py:3: c()",
    ]
