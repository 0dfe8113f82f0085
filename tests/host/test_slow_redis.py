"""A Redis whose disk takes a second to flush: what people read about it, the log has too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.fixtures.world import TASK
from tests.host.rig import Host, open_host
from tests.store.servers import running, valkey
from tests.wire.proxy import Proxy


@asynccontextmanager
async def slow_host(folder: Path) -> AsyncIterator[tuple[Host, Proxy]]:
    """A bot whose Redis can be slowed down."""
    async with running(valkey(), folder / "redis") as server:
        port = urlsplit(server.url).port
        async with (
            Proxy(lambda: asyncio.open_connection("127.0.0.1", port)) as proxy,
            open_host(folder, f"redis://127.0.0.1:{proxy.port}") as host,
        ):
            yield host, proxy
            proxy.delay = 0


async def test_a_slow_write_is_logged_with_its_figure(tmp_path: Path) -> None:
    """How long it took, and at a bounded rate: one line for many."""
    async with slow_host(tmp_path) as (host, proxy):
        proxy.delay = 0.4  # in each direction
        await host.bob.types("/codecheck freeze", in_=host.channel)
        line = await host.logged("redis is slow", reason="a write")
        assert 700 < int(str(line["took_ms"])) < 3_000
        await host.logged("redis is slow", reason="a read")
        await host.bob.types("/codecheck unfreeze", in_=host.channel)
        assert len(host.lines("redis is slow")) == 2


async def test_who_is_not_answered_in_time_is_logged(tmp_path: Path) -> None:
    """The person reads that it is not known; the operator reads why."""
    async with slow_host(tmp_path) as (host, proxy):
        proxy.delay = 0.9
        await host.alice.types("/codecheck pending", in_=host.channel)  # which takes several round trips
        proxy.delay = 0
        line = await host.logged("deadline missed", reason="My storage hung")
        assert line["seconds"] == 2.5
        assert line["recorded"] in {"no", "not known"}


async def test_a_quick_redis_is_not_worth_a_word(tmp_path: Path) -> None:
    """Nothing is logged of a deletion that goes as it should."""
    async with slow_host(tmp_path) as (host, _):
        await host.delete(TASK)
        await host.latest("status: success")
        assert not host.lines("redis is slow")
        assert not host.lines("deadline missed")
