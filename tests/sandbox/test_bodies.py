"""Bodies that cannot be read are refused by all three servers, without a stack trace."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.manifest import parsed_manifest
from bot.store.embedded import start_embedded
from codecheck_sandbox.page.serving import Sandbox, open_sandbox

JSON = {"Content-Type": "application/json"}
UNREADABLE = [
    (b"\xff\xfe{}", JSON),
    (b"{}", {"Content-Type": "application/json; charset=klingon"}),
    (b"text=x", {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"}),
    (b"not gzip", JSON | {"Content-Encoding": "gzip"}),
]
ODD = [
    (b"[" * 100_000, JSON),
    (b'{"auth":' + b"[" * 5_000 + b"]" * 5_000 + b"}", JSON),
    (b'{"blocks":' + b"[" * 5_000 + b"]" * 5_000 + b"}", JSON),
    (b'{"by":"U01ALICE","act":"types","channel":"C01QUALITY","text":"/codecheck \\ud800"}', JSON),
    (b'{"control":"time","seconds":' + b"9" * 5_000 + b"}", JSON),
    (b'{"control":"answer_next","offer":"__proto__"}', JSON),
    (b'{"control":"try_blocks","by":"U0NOBODY","channel":"C01QUALITY","payload":{"type":"modal"}}', JSON),
    (b"[]", JSON),
    (b"", JSON),
    (b"--x", {"Content-Type": "multipart/form-data; boundary=x"}),
]


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The page and both stand-ins."""
    async with open_sandbox(
        parsed_manifest(), lambda: start_embedded(tmp_path / "redis"), port=0, socket_mode=True
    ) as sandbox:
        yield sandbox


def addresses(sandbox: Sandbox) -> dict[str, dict[str, str]]:
    """Where bodies are taken, and the headers with which they are."""
    slack, codearts = sandbox.stage.world.slack, sandbox.stage.world.codearts
    page = {"Origin": sandbox.url.rstrip("/")}
    token = {"Authorization": f"Bearer {slack.bot_token}"}
    return {
        f"{sandbox.url}act": page,
        f"{sandbox.url}control": page,
        f"{slack.api_url}chat.postMessage": token,
        f"{slack.api_url}auth.test": token,
        slack.api_url.replace("/api/", "/commands/T1/2/3"): {},
        f"{codearts.url}/v3/auth/tokens": {},
        f"{codearts.url}/v3/task/%ff%00": {"operator": "a\u00ffb"},
    }


async def statuses(sandbox: Sandbox, body: bytes, headers: Mapping[str, str]) -> set[int]:
    """The HTTP statuses with which a body is answered everywhere."""
    found = set()
    async with AsyncExitStack() as stack:
        for address, own in addresses(sandbox).items():
            session = await stack.enter_async_context(ClientSession())
            answer = await stack.enter_async_context(session.post(address, data=body, headers=own | dict(headers)))
            found.add(answer.status)
    return found


async def test_an_unreadable_body_is_refused(sandbox: Sandbox) -> None:
    """Not UTF-8, a charset that there is not, a wrong Content-Encoding."""
    for body, headers in UNREADABLE:
        assert await statuses(sandbox, body, headers) == {400}


async def test_an_odd_body_is_answered(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    """Nested without end, lone surrogates, endless digits, names of JavaScript's prototypes, nothing at all."""
    for body, headers in ODD:
        assert max(await statuses(sandbox, body, headers)) < 500
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
