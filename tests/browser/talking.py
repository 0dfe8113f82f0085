"""What people do on the page, in the words of a test."""

from playwright.async_api import Locator, Page

from codecheck_sandbox.page.cast import CODECHECK_TOML

AT_ONCE = f"[confirmation]\ndwell_seconds = 0\n{CODECHECK_TOML}"  # no test has to read the prompt first
FRONTEND = "897acf7a1bd64e3b9b7b6c0de36e0c3d"
SEARCH = "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b"
DELETE = "Delete webshop-frontend"


def channel(page: Page, name: str = "code-quality") -> Locator:
    """The messages of a channel."""
    return page.get_by_role("log", name=f"Messages in #{name}")


def composer(page: Page, name: str = "code-quality") -> Locator:
    """Where one types in a channel."""
    return page.get_by_role("combobox", name=f"Message #{name}")


async def enter(page: Page, name: str) -> None:
    """Go to another channel."""
    await page.get_by_role("navigation").get_by_role("button", name=name).click()
    await channel(page, name).wait_for()


async def ask(page: Page, task: str = FRONTEND, *, in_: str = "code-quality") -> None:
    """Type the command and send it."""
    await composer(page, in_).fill(f"/codecheck delete {task}")
    await composer(page, in_).press("Enter")


async def press(page: Page, label: str, *, in_: str = "code-quality") -> None:
    """Press the latest button of that label in the channel."""
    await channel(page, in_).get_by_role("button", name=label, exact=True).last.click()


async def act_as(page: Page, name: str) -> None:
    """Become someone else."""
    box = page.get_by_label("Acting as")
    option = await box.locator("option", has_text=f"{name}:").get_attribute("value")
    await box.select_option(option)
    await page.locator("sandbox-top .avatar", has_text=name[0].upper()).wait_for()


async def open_home(page: Page) -> Locator:
    """Go to the conversation with the bot, and open its Home tab."""
    await page.get_by_role("navigation", name="Conversations").get_by_role("button", name="codecheck-bot").click()
    await page.get_by_role("navigation", name="Tabs of the app").get_by_role("button", name="Home").click()
    home = page.get_by_role("region", name="Home")
    await home.get_by_text("As of").wait_for()
    return home


async def open_panel(page: Page, name: str) -> Locator:
    """Show one of the panels beside the conversation."""
    await page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


async def answer_next(page: Page, offer: str) -> None:
    """Have CodeArts Check answer the next DELETE so."""
    panel = await open_panel(page, "CodeArts Check")
    await panel.get_by_label("Answer", exact=True).select_option(offer)
    await panel.get_by_role("button", name="Set", exact=True).click()
    await panel.get_by_text(f"Next DELETE: {offer}").wait_for()
