"""Worlds to break, and a count of the points at which they were broken."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
import pytest_asyncio

from bot.store.embedded import EmbeddedServer
from tests.faults.bots import Nursery, open_nursery
from tests.faults.rig import Rig, open_rig

Worlds = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def nursery() -> AsyncIterator[Nursery]:
    """The nursery of all bots in this process."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_nursery(Path(folder)) as nursery:
            yield nursery


@pytest.fixture
def world(nursery: Nursery, redis_server: EmbeddedServer) -> Worlds:
    """`world(...)` opens one on the shared Redis, with its own prefix; see `open_rig`."""

    def opened(**options: object) -> AbstractAsyncContextManager[Rig]:
        prefix = f"fault-{secrets.token_hex(6)}"
        return open_rig(nursery, redis_server.url, prefix, **options)  # type: ignore[arg-type]  # those of open_rig

    return opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print at how many points something was killed or cut."""
    reports = [report for report in terminalreporter.stats.get("passed", []) if isinstance(report, pytest.TestReport)]
    for what in ("kill points", "points of Redis"):
        count = sum(int(str(value)) for report in reports for name, value in report.user_properties if name == what)
        if count:
            terminalreporter.write_line(f"faults: {count} {what}")
