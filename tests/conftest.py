"""Fixtures for all tests come from `tests/fixtures`, one module for each thing that tests run against."""

from hypothesis import HealthCheck, settings

# No test depends on how fast the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


pytest_plugins = ["tests.fixtures.redis", "tests.fixtures.world"]
