"""Who may talk to the page: this machine's own browser, from the page itself."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.manifest import parsed_manifest
from bot.store.embedded import EmbeddedServer, start_embedded
from codecheck_sandbox.page.serving import open_sandbox

TYPED = {"by": "U01ALICE", "act": "types", "channel": "C01QUALITY", "text": "hello"}


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """The page's address."""

    async def launch() -> EmbeddedServer:
        return await start_embedded(tmp_path / "redis")

    async with open_sandbox(parsed_manifest(), launch, port=0, socket_mode=True) as sandbox:
        yield sandbox.url


async def status(url: str, method: str = "GET", **headers: str) -> int:
    """The HTTP status of a request with these headers."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, headers=headers, json=TYPED if method == "POST" else None) as answer,
    ):
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        return answer.status


async def test_only_the_page_itself_is_answered(url: str) -> None:
    """By the loopback's names alone, and writing only with the page's own Origin."""
    port = url.rstrip("/").rsplit(":", 1)[1]
    own = url.rstrip("/")
    asked = {
        "page": await status(url),
        "localhost": await status(url, Host=f"localhost:{port}"),
        "own act": await status(f"{url}act", "POST", Origin=own),
        "other name": await status(url, Host=f"evil.example:{port}"),
        "other port": await status(url, Host="127.0.0.1:1"),
        "foreign act": await status(f"{url}act", "POST", Origin="https://evil.example"),
        "opaque act": await status(f"{url}act", "POST", Origin="null"),
        "act of nowhere": await status(f"{url}act", "POST"),
        "foreign switch": await status(f"{url}control", "POST", Origin="http://127.0.0.1:1"),
        "foreign reader": await status(f"{url}events?as=U01ALICE", Origin="https://evil.example"),
        "preflight": await status(f"{url}act", "OPTIONS", Origin="https://evil.example"),
    }
    assert asked == dict.fromkeys(["page", "localhost", "own act"], 200) | dict.fromkeys(
        [name for name in asked if name not in {"page", "localhost", "own act"}], 403
    )


async def test_it_listens_on_this_machine_alone(url: str) -> None:
    """Another address of this very machine does not reach it."""
    port = int(url.rstrip("/").rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as reached:
        assert reached.getpeername()[0] == "127.0.0.1"
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", port), timeout=5):  # noqa: PT011 - as it may be
        pass


async def test_nothing_is_loaded_from_elsewhere(url: str) -> None:
    """The policy allows the page's own files, and nobody may frame it."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in text


async def test_what_makes_no_sense_is_told(url: str) -> None:
    """As JSON with the reason, and without a stack trace."""
    own = url.rstrip("/")
    async with aiohttp.ClientSession(headers={"Origin": own}) as session:
        for path, body, told in [
            ("act", TYPED | {"by": "U0NOBODY"}, "nobody with the ID U0NOBODY"),
            ("act", TYPED | {"channel": "C0NONE"}, "no conversation C0NONE"),
            ("act", TYPED | {"by": "U01CAROL", "channel": "C02LEADS"}, "carol is not in #quality-leads"),
            ("control", {"control": "time", "seconds": 0}, "greater than or equal to 1"),
            ("control", {"control": "explode"}, "explode"),
            ("control", {"control": "change_task", "task": "__proto__", "what": "check"}, "no task __proto__"),
            ("control", {"control": "try_blocks", "by": "U0NOBODY", "channel": "C01QUALITY", "payload": []}, "nobody"),
        ]:
            async with session.post(f"{url}{path}", json=body) as answer:
                assert answer.status == 409
                assert told in (await answer.json())["error"]
