"""The Home tab of the bot, in its conversation on the page."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.browser.talking import DELETE, SEARCH, act_as, ask, channel, enter, open_home, open_panel, press

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def wait_for_bob(page: Page) -> None:
    """Alice asks for a deletion that someone else has to confirm, and for one of her own."""
    await enter(page, "two-person")
    await ask(page, in_="two-person")
    await press(page, "Review deletion…", in_="two-person")
    await channel(page, "two-person").get_by_role("button", name=DELETE, exact=True).wait_for()
    await enter(page, "code-quality")
    await ask(page, SEARCH)
    await channel(page).get_by_role("button", name="Review deletion…").wait_for()


async def test_a_request_is_found_there_followed_and_confirmed(page: Page) -> None:
    """The link leads to the prompt; opened again, the tab no longer lists it."""
    await wait_for_bob(page)
    home = await open_home(page)
    await expect(home.get_by_text("Your own requests: 2")).to_be_visible()
    await act_as(page, "bob")
    home = await open_home(page)
    await home.get_by_role("link", name="see the request").click()
    delete = page.get_by_role("button", name=DELETE, exact=True)
    await expect(channel(page, "two-person").get_by_role("article").filter(has=delete)).to_be_focused()
    await press(page, DELETE, in_="two-person")
    await expect(channel(page, "two-person").get_by_text("status: success")).to_be_visible()
    home = await open_home(page)
    await expect(home.get_by_text("Nothing is waiting for your confirmation.")).to_be_visible()
    await page.get_by_role("navigation", name="Tabs of the app").get_by_role("button", name="Messages").click()
    await expect(page.get_by_role("log", name="Messages in codecheck-bot")).to_be_visible()
    await expect(home).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_stands_in_nobodys_way(page: Page, scheme: str) -> None:
    """axe-core over the tab with both lists, and nothing wider than a screen of 400 pixels."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await wait_for_bob(page)
    await act_as(page, "bob")
    home = await open_home(page)
    await open_panel(page, "Slack")
    results = await Axe().run(page)
    assert [each for each in results.response["violations"] if each["impact"] in {"serious", "critical"}] == []
    await page.set_viewport_size({"width": 400, "height": 800})
    assert await page.evaluate("document.documentElement.scrollWidth") == 400
    assert await home.evaluate("(tab) => tab.scrollWidth - tab.clientWidth") == 0
