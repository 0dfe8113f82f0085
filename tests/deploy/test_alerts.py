"""Alerts and the dashboard: every name in them is one that the bot has, and every alert is tested and explained."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.observability.metrics import REGISTRY, names
from tests.deploy.rules import ALERT_TESTS, DASHBOARD, NAME, PROMETHEUS, ROOT, RULES, labels_shown, queries

PROMTOOL = shutil.which("promtool")


def labels_of(series: str) -> set[str]:
    """The labels that a series of the bot has, besides those that Prometheus adds."""
    for collector, owned in REGISTRY._collector_to_names.items():  # noqa: SLF001 - it offers them by no other way
        if series in owned:
            own = {"le"} if series.endswith("_bucket") else set()
            return own | set(getattr(collector, "_labelnames", ()))
    return set()


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_name_is_one_of_the_bots(query: str) -> None:
    """A metric that is renamed is renamed in deploy/ too, and its labels as well."""
    found = NAME.findall(query)
    assert found
    for name, matchers in found:
        assert name in names(), f"the bot has no {name}"
        asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))
        assert asked <= labels_of(name), f"{name} has no {asked - labels_of(name)}"


@pytest.mark.parametrize("query", sorted(set(queries())))
def test_every_label_that_is_grouped_by_is_one_of_the_metrics(query: str) -> None:
    """Prometheus takes a label that is not there for empty, and says nothing."""
    known = {"instance", "le"} | {label for name, _ in NAME.findall(query) for label in labels_of(name)}
    grouped = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", query) for label in group.split(",")}
    assert grouped <= known
    assert labels_shown(query) <= known


def test_every_metric_is_on_the_dashboard() -> None:
    """What nobody looks at need not be measured."""
    shown = {name for query in queries() for name, _ in NAME.findall(query)}
    for metric in REGISTRY.collect():
        if metric.name.startswith("codecheck_"):
            assert any(name.startswith(metric.name) for name in shown), metric.name


def test_the_dashboard_has_no_panel_twice() -> None:
    """Grafana tells panels apart by their IDs."""
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("alert", [rule["alert"] for rule in RULES])
def test_every_alert_is_explained_and_tested(alert: str) -> None:
    """It leads to a section of the runbook, and alerts.test.yaml has what makes it fire and what does not."""
    (rule,) = (rule for rule in RULES if rule["alert"] == alert)
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^## (\w+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {heading.lower() for heading in headings}
    assert alert in headings
    expected = [
        bool(check["exp_alerts"])
        for test in ALERT_TESTS
        for check in test["alert_rule_test"]
        if check["alertname"] == alert
    ]
    assert sorted(expected) == [False, True]


def test_the_runbook_has_no_section_of_an_alert_that_is_gone() -> None:
    """Each section is one alert's."""
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs/runbook.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [rule["alert"] for rule in RULES]


@pytest.mark.parametrize("arguments", [("check", "rules", "alerts.yaml"), ("test", "rules", "alerts.test.yaml")])
def test_prometheus_takes_the_rules(arguments: tuple[str, ...]) -> None:
    """By Prometheus' own tool."""
    if PROMTOOL is None:
        assert "CODECHECK_PROMTOOL_REQUIRED" not in os.environ, "promtool is missing (Debian's package: prometheus)"
        pytest.skip("promtool is not installed (Debian's package: prometheus)")
    ended = subprocess.run(
        [PROMTOOL, *arguments], cwd=Path(PROMETHEUS), capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
