"""`make screenshots`: the main states of a conversation, as pictures for the README."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from bot.manifest import parsed_manifest
from bot.store.embedded import start_embedded
from codecheck_sandbox.page.serving import open_sandbox
from tests.browser.chromium import open_browser
from tests.browser.talking import (
    AT_ONCE,
    DELETE,
    SEARCH,
    act_as,
    answer_next,
    ask,
    channel,
    composer,
    enter,
    open_home,
    open_panel,
    press,
)

WIDE = (1180, 640)
NARROW = (400, 760)
GATEWAY = "5d0e8b7c6a5f4e3d2c1b0a9f8e7d6c5b"
MONOREPO = "f0e1d2c3b4a5968778695a4b3c2d1e0f"


async def main(folder: Path) -> None:
    """Take every picture.

    Args:
        folder: where they go.
    """
    async with open_browser() as browser:
        async with open_page(browser, WIDE) as page:
            await deletion(page, folder)
        async with open_page(browser, WIDE) as page:
            await ends(page, folder)
        async with open_page(browser, WIDE) as page:
            await second_steps(page, folder)
        async with open_page(browser, WIDE, dark=True) as page:
            await panels(page, folder)
        async with open_page(browser, NARROW) as page:
            await ask(page)
            await press(page, "Review deletion…")
            await channel(page).get_by_role("button", name=DELETE, exact=True).wait_for()
            await take(page, folder / "narrow.png")


@asynccontextmanager
async def open_page(browser: Browser, size: tuple[int, int], *, dark: bool = False) -> AsyncIterator[Page]:
    """A sandbox of its own, as alice sees it."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_sandbox(
            parsed_manifest(), lambda: start_embedded(Path(folder)), port=0, socket_mode=True, toml=AT_ONCE
        ) as sandbox:
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
            )
            page = await context.new_page()
            await page.goto(sandbox.url)
            yield page
            await context.close()


async def take(page: Page, path: Path, in_: str = "code-quality") -> None:
    """Take a picture of the page at rest."""
    await page.mouse.move(0, 0)
    await composer(page, in_).focus()
    await page.screenshot(path=path, animations="disabled", caret="hide")


async def deletion(page: Page, folder: Path) -> None:
    """From the command to "deleted" and what the record tells of it, and a bystander on the way."""
    await composer(page).fill("/codecheck ")
    await page.get_by_role("option", name="/codecheck delete").wait_for()
    await take(page, folder / "command.png")
    await ask(page)
    await channel(page).get_by_role("button", name="Review deletion…").wait_for()
    await take(page, folder / "step-1.png")
    await act_as(page, "bob")
    await press(page, "Review deletion…")
    await channel(page).get_by_text("This one is @alice's to confirm").wait_for()
    await take(page, folder / "bystander.png")
    await act_as(page, "alice")
    await press(page, "Review deletion…")
    await channel(page).get_by_role("button", name=DELETE, exact=True).wait_for()
    await take(page, folder / "step-2.png")
    await press(page, DELETE)
    await channel(page).get_by_text("status: success").wait_for()
    await take(page, folder / "deleted.png")
    await composer(page).fill("/codecheck history")
    await composer(page).press("Enter")
    await channel(page).get_by_text("Only visible to you").wait_for()
    await take(page, folder / "history.png")


async def ends(page: Page, folder: Path) -> None:
    """A refusal of the service's; then an answer that is lost, and what is found."""
    await ask(page, MONOREPO)
    await press(page, "Review deletion…")
    await press(page, "Delete webshop-monorepo")
    await channel(page).get_by_text("was not deleted").nth(1).wait_for()
    await take(page, folder / "failed.png")
    await answer_next(page, "Deleted, then the connection drops")
    await ask(page, GATEWAY)
    await press(page, "Review deletion…")
    await press(page, "Delete payments-gateway")
    await channel(page).get_by_text("not known yet whether").first.wait_for()
    await take(page, folder / "unknown.png")
    await channel(page).get_by_text("✅ payments-gateway deleted").last.wait_for()
    await channel(page).get_by_text("2 replies").wait_for()
    await take(page, folder / "unknown-then-deleted.png")


async def second_steps(page: Page, folder: Path) -> None:
    """A wrong name in the modal; the prompt for someone else, and their Home tab; a grace; then a freeze."""
    await enter(page, "release")
    await ask(page, in_="release")
    await press(page, "Review deletion…", in_="release")
    window = page.get_by_role("dialog", name="Delete task?")
    await window.get_by_label("Type webshop-frontend to confirm").fill(SEARCH)
    await window.get_by_role("button", name="Delete", exact=True).click()
    await window.get_by_text("That isn't the task's name").wait_for()
    await page.mouse.move(0, 0)
    await page.screenshot(path=folder / "typed.png", animations="disabled", caret="hide")
    await page.keyboard.press("Escape")
    await enter(page, "two-person")
    await ask(page, GATEWAY, in_="two-person")
    await press(page, "Review deletion…", in_="two-person")
    await channel(page, "two-person").get_by_role("button", name="Delete payments-gateway", exact=True).wait_for()
    await act_as(page, "bob")
    await take(page, folder / "second-person.png", "two-person")
    await open_home(page)
    await page.screenshot(path=folder / "home.png", animations="disabled")
    await act_as(page, "alice")
    await enter(page, "time-to-stop")
    await ask(page, SEARCH, in_="time-to-stop")
    await press(page, "Review deletion…", in_="time-to-stop")
    await press(page, "Delete webshop-search-old", in_="time-to-stop")
    await channel(page, "time-to-stop").get_by_role("button", name="Stop").wait_for()
    await take(page, folder / "grace.png", "time-to-stop")
    await enter(page, "code-quality")
    await ask(page, MONOREPO)
    await channel(page).get_by_role("button", name="Review deletion…").wait_for()
    await act_as(page, "dana")
    await composer(page).fill("/codecheck freeze release day")
    await composer(page).press("Enter")
    await channel(page).get_by_text("Deletions are frozen by").first.wait_for()
    await act_as(page, "alice")
    await press(page, "Review deletion…")
    await channel(page).get_by_text("“release day”").first.wait_for()
    await take(page, folder / "frozen.png")


async def panels(page: Page, folder: Path) -> None:
    """The panels, in the dark."""
    await ask(page, SEARCH)
    await press(page, "Review deletion…")
    await channel(page).get_by_role("button", name="Delete webshop-search-old", exact=True).wait_for()
    await take(page, folder / "dark.png")
    for name in ("Slack", "Processes", "Wire", "Block Kit"):
        panel = await open_panel(page, name)
        if name == "Wire":
            await panel.get_by_text("GET /v3/task").first.click()
        if name == "Block Kit":
            await panel.get_by_label("An array of blocks").fill('[{"type": "sparkle"}]')
            await panel.get_by_role("button", name="Send as the bot").click()
            await channel(page).get_by_text("unsupported type").wait_for()
        await take(page, folder / f"panel-{name.lower().replace(' ', '-')}.png")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
