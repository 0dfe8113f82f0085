"""The sandbox's page in a real browser: one Chromium for each pytest process, one sandbox for each test."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.manifest import parsed_manifest
from bot.store.embedded import start_embedded
from codecheck_sandbox.page.serving import Sandbox, open_sandbox
from tests.browser.chromium import installed, open_browser
from tests.browser.talking import AT_ONCE

REQUIRED = "CODECHECK_BROWSER_REQUIRED"  # .ci/run sets it: then a missing browser is a failure
PATIENCE = 15_000.0  # milliseconds

expect.set_options(timeout=PATIENCE)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    if installed() is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, but no chromium is installed")
        pytest.skip("the browser tests need chromium: apt-get install chromium")
    async with open_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session", params=[False], ids=["http"])
async def sandbox(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """The whole sandbox, with the real bot."""
    async with open_sandbox(
        parsed_manifest(),
        lambda: start_embedded(tmp_path / "redis"),
        port=0,
        socket_mode=bool(request.param),
        toml=AT_ONCE,
    ) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, sandbox: Sandbox) -> AsyncIterator[Page]:
    """The page as alice; fails where the browser's console shows an error."""
    context = await browser.new_context(viewport={"width": 1400, "height": 900}, timezone_id="Asia/Tokyo")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    errors: list[str] = []
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(sandbox.url)
    yield page
    await context.close()
    refused = [error for error in errors if "409" not in error]  # the server's own "that cannot be done"
    assert not refused
