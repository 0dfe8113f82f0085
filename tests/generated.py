"""The parts of the documents that are made from the code: `python -m tests.generated` writes them again.

A document has `<!-- generated: NAME -->`, then the part, then `<!-- end -->`; NAME is one of PARTS.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.tables import PARTS as FIGURES
from bot.cli.table import command_table
from bot.doctor.registry import probes_table
from bot.settings.tables import environment_table, toml_table
from bot.slack.registry import commands_table
from bot.store.schema import acl_rules
from tests.doctor.planted import faults_table
from tests.document_tables import (
    decisions_table,
    deletion_tables,
    documents_table,
    folders_table,
    metrics_table,
    redis_keys_table,
    state_diagram,
    transitions_table,
)

ROOT = Path(__file__).parents[1]
PARTS: Mapping[str, Callable[[], str]] = {
    "environment variables": environment_table,
    "codecheck.toml": toml_table,
    "command line": command_table,
    "Slack commands": commands_table,
    "doctor's probes": probes_table,
    "doctor's faults": faults_table,
    "Redis user": lambda: f"```\nACL SETUSER codecheck on >PASSWORD {acl_rules('codecheck')}\n```",
    "Redis keys": redis_keys_table,
    "a deletion in Redis": deletion_tables,
    "folders": folders_table,
    "state diagram": state_diagram,
    "transitions": transitions_table,
    "documents": documents_table,
    "decisions": decisions_table,
    "metrics": metrics_table,
    **FIGURES,
}
_PART = re.compile(r"(<!-- generated: (?P<name>[^\n]+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def documents() -> list[Path]:
    """The documents that may have such parts."""
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def parts_in(document: str) -> list[str]:
    """The names of the parts that a document has."""
    return [found["name"] for found in _PART.finditer(document)]


def written(document: str) -> str:
    """A document with its parts as the code has them now.

    Raises:
        KeyError: one of them is not among PARTS.
    """
    return _PART.sub(lambda found: f"{found[1]}{PARTS[found['name']]()}\n{found[3]}", document)


if __name__ == "__main__":
    for path in documents():
        before = path.read_text(encoding="utf-8")
        if (after := written(before)) != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)}: written\n")
