"""Fixtures for all tests come from `tests/fixtures`, one module for each thing that tests run against."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test depends on how fast the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


pytest_plugins = ["tests.fixtures.logging", "tests.fixtures.redis", "tests.fixtures.world"]

# What `make check` leaves out: kills, races, browsers, processes, and all but the first of the whole conversations.
SLOW = (
    "browser",
    "faults",
    "record/test_conversations.py",
    "sandbox/page",
    "scenarios",
    "store/embedded",
    "store/modes",
    "store/test_races.py",
    "store/test_replication.py",
    "test_install.py",
    "test_run.py",
)
QUICK = ("scenarios/test_deleting.py",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what lies at a slow place."""
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        if any(place.is_relative_to(slow) for slow in SLOW) and str(place) not in QUICK:
            item.add_marker(pytest.mark.slow)
