"""Where HTTP listens: an address that cannot be had is a plain fault, with what to do."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bot.observability.health import Readiness
from bot.slack.transport.http import HttpApp, serve_http
from bot.slack.transport.listening import ListenError, listen

needs_ipv6 = pytest.mark.skipif(not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists(), reason="no IPv6")


def refusal(host: str, port: int = 0) -> ListenError:
    """Why it cannot be listened on."""
    with pytest.raises(ListenError) as caught:
        listen(host, port)
    return caught.value


@pytest.mark.parametrize("host", ["no-such-host.invalid", "198.51.100.1", "x" * 70, "a..b", "2001:db8::1"])
def test_host_that_is_not_there(host: str) -> None:
    """A name that cannot be resolved, an address of another machine, and what is neither."""
    error = refusal(host)
    assert error.setting == "HOST"
    assert host in str(error)
    assert error.hint.startswith("Use ")


def test_address_of_another_machine() -> None:
    """Said as what it is."""
    assert str(refusal("198.51.100.1")) == (
        "HOST (198.51.100.1) is not an address of this machine. Use 127.0.0.1, 0.0.0.0, or one that it has."
    )


def test_port_taken() -> None:
    """What another process has, this one cannot have."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = refusal("127.0.0.1", port)
    assert str(error) == (f"PORT {port} is in use on 127.0.0.1. Stop what listens there, or set another PORT.")


@pytest.mark.skipif(os.geteuid() != 0, reason="a port below 1024 may be open to everyone")
def test_port_not_allowed() -> None:
    """A port below 1024 without the right to it."""
    script = (
        "import os; os.setgid(65534); os.setuid(65534)\n"
        "from bot.slack.transport.listening import listen, ListenError\n"
        "try: listen('127.0.0.1', 1)\n"
        "except ListenError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "PORT 1 may not be listened on by this user" in ran.stdout or not ran.stdout


@needs_ipv6
@pytest.mark.parametrize("host", ["::1", "::"])
async def test_ipv6(host: str) -> None:
    """An IPv6 address is served."""
    async with serve_http(HttpApp(Readiness()), host, 0) as server:
        _, writer = await asyncio.open_connection("::1", server.port)
        writer.close()
        await writer.wait_closed()


@needs_ipv6
async def test_all_addresses() -> None:
    """`HOST=::` takes IPv4 as well."""
    async with serve_http(HttpApp(Readiness()), "::", 0) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.close()
        await writer.wait_closed()


async def test_names() -> None:
    """A name of this machine will do."""
    async with serve_http(HttpApp(Readiness()), "localhost", 0) as server:
        assert server.port


async def test_again_at_once() -> None:
    """A bot that has just ended does not keep its port from the next one."""
    async with serve_http(HttpApp(Readiness()), "127.0.0.1", 0) as server:
        port = server.port
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    async with serve_http(HttpApp(Readiness()), "127.0.0.1", port):
        pass
    writer.close()
