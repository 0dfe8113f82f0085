"""Fixtures for all tests come from `tests/fixtures`, one module for each thing that tests run against."""

pytest_plugins = ["tests.fixtures.redis", "tests.fixtures.world"]
