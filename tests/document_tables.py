"""Tables of the documents that are read from docstrings, dataclasses and the table of transitions."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from bot.domain.deletion import Deletion, Delivery, Lifecycle
from bot.domain.facts import LookUp, TaskFacts
from bot.domain.lifecycle import TRANSITIONS, diagram
from bot.observability.metrics import REGISTRY
from bot.store import schema

ROOT = Path(__file__).parents[1]
REQUEST = ("task_id", "requester", "operator", "channel", "reason", "safeguards", "traceparent")
"""The members of a deletion that its hash keeps in `request`."""
_FOLDERS = ("bot", "sandbox/codecheck_sandbox")
_ARGUMENT = re.compile(r"^ {4}(?P<name>\w+): (?P<meaning>.*(?:\n {8}.*)*)", re.MULTILINE)
_SENTENCE = re.compile(r"^# (?P<title>[^\n]+)\n+(?P<first>(?![#<|]|```).*?[.])(?:\s|$)", re.DOTALL)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


def state_diagram() -> str:
    """The states and the ways between them, as Mermaid draws them."""
    return f"```mermaid\n{diagram()}```"


def transitions_table() -> str:
    """Every row of the table of transitions; sources for which all else is the same share one line."""
    sources: dict[tuple[str, ...], list[str]] = {}
    for row in TRANSITIONS:
        requires = ", ".join(f"`{each}`" for each in row.requires)
        sources.setdefault((row.action, row.target, requires, row.event), []).append(row.source)
    return table(
        ("from", "action", "to", "requires, besides `same_version`", "audit event"),
        ((", ".join(found), action, to, requires, event) for (action, to, requires, event), found in sources.items()),
    )


def redis_keys_table() -> str:
    """Every key, as the docstring of `bot/store/schema.py` has it."""
    said = inspect.getdoc(schema) or ""
    return "\n".join(line for line in said.splitlines() if line.startswith("|"))


def deletion_tables() -> str:
    """What the JSON fields of a deletion's hash hold."""
    parts = {
        "request": {name: meaning for name, meaning in arguments(Deletion).items() if name in REQUEST},
        "lifecycle": arguments(Lifecycle),
        "delivery": arguments(Delivery),
        "shown, before": {
            **arguments(LookUp),
            **{f"facts.{name}": said for name, said in arguments(TaskFacts).items()},
        },
    }
    return table(
        ("field", "member", "what it says"),
        ((f"`{part}`", f"`{name}`", said) for part, members in parts.items() for name, said in members.items()),
    )


def arguments(described: type) -> Mapping[str, str]:
    """The fields of a dataclass and what its docstring says of each.

    Raises:
        KeyError: the docstring is silent about one.
    """
    said = {
        found["name"]: " ".join(found["meaning"].split()).rstrip(".").replace("|", "\\|")
        for found in _ARGUMENT.finditer(inspect.getdoc(described) or "")
    }
    return {field.name: said[field.name] for field in fields(described)}


def folders_table() -> str:
    """Every package, and the first sentence of its docstring."""
    found = sorted(path for folder in _FOLDERS for path in (ROOT / folder).glob("**/__init__.py"))
    return table(
        ("folder", "what is in it"),
        (
            (f"[`{path.parent.relative_to(ROOT)}/`](../{path.parent.relative_to(ROOT)})", _summary(path))
            for path in found
        ),
    )


def documents_table() -> str:
    """Every document beside the README, with its title and its first sentence."""
    found = [
        *sorted(path for path in ROOT.glob("*.md") if path.name != "README.md"),
        *sorted(ROOT.glob("docs/*.md")),
        ROOT / "docs/decisions/README.md",
    ]
    return table(
        ("document", "about"),
        ((f"[{title}]({path.relative_to(ROOT)})", first) for path in found for title, first in [_opening(path)]),
    )


def decisions_table() -> str:
    """Every decision record, with its title and its status."""
    folder = ROOT / "docs" / "decisions"
    found = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    return table(
        ("decision", "in a sentence"),
        ((f"[{title}]({path.name})", first) for path in found for title, first in [_opening(path)]),
    )


def _summary(path: Path) -> str:
    """The first line of a module's docstring."""
    return path.read_text(encoding="utf-8").splitlines()[0].strip('"').rstrip(".")


def _opening(path: Path) -> tuple[str, str]:
    """A document's title and its first sentence.

    Raises:
        ValueError: it does not begin with a heading and a sentence.
    """
    found = _SENTENCE.match(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path.name} has to begin with a heading and a sentence")
    return found["title"], " ".join(found["first"].split())


def metrics_table() -> str:
    """Every metric of the bot's own."""
    rows = []
    for collector in list(REGISTRY._collector_to_names):  # noqa: SLF001 - it offers them by no other way
        if not isinstance(collector, MetricWrapperBase):
            continue
        (metric,) = collector.describe()
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        labels = ", ".join(f"`{label}`" for label in collector._labelnames)  # noqa: SLF001 - the same
        rows.append((f"`{name}`", metric.type, labels, metric.documentation))
    return table(("metric", "kind", "labels", "what it says"), rows)
