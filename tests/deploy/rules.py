"""The files under deploy/prometheus and deploy/grafana, read."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy/grafana/codecheck-bot.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
ALERT_TESTS: list[dict[str, Any]] = yaml.safe_load((PROMETHEUS / "alerts.test.yaml").read_text(encoding="utf-8"))[
    "tests"
]
NAME = re.compile(r"\b((?:codecheck|process)_[a-z_]+)(?:\{([^}]*)\})?")


def queries() -> Iterator[str]:
    """Every expression of the alerts and the dashboard."""
    for rule in RULES:
        yield rule["expr"]
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]


def labels_shown(query: str) -> set[str]:
    """The labels that the legend of a query, or the text of its alert, names."""
    texts = [
        target["legendFormat"]
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", ())
        if target["expr"] == query
    ] + [rule["annotations"]["summary"] for rule in RULES if rule["expr"] == query]
    return {label for text in texts for label in re.findall(r"\{\{\s*(?:\$labels\.)?(\w+)\s*\}\}", text)}
