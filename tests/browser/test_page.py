"""The page itself: for everyone, on any screen, and for nobody elsewhere."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from codecheck_sandbox.page.serving import Sandbox
from tests.browser.talking import DELETE, FRONTEND, act_as, ask, channel, composer, open_panel, press

pytestmark = pytest.mark.asyncio(loop_scope="session")

PANELS = ["CodeArts Check", "Slack", "Processes", "Wire", "Block Kit"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_serious_stands_in_the_way_of_assistive_technology(page: Page, scheme: str) -> None:
    """axe-core over the conversation with its buttons, and over every panel."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await ask(page)
    await press(page, "Review deletion…")
    await channel(page).get_by_role("button", name=DELETE).wait_for()
    await composer(page).fill("/codecheck ")
    await page.get_by_role("option", name="/codecheck delete").wait_for()
    found = []
    for name in PANELS:
        await open_panel(page, name)
        results = await Axe().run(page)
        found += [
            (name, violation["id"], [node["html"] for node in violation["nodes"]])
            for violation in results.response["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]
    assert found == []


async def test_it_is_readable_at_400_pixels(page: Page) -> None:
    """Nothing is wider than the screen; channels and controls open over the conversation."""
    await page.set_viewport_size({"width": 400, "height": 800})
    await ask(page)
    await channel(page).get_by_role("button", name="Review deletion…").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == 400
    assert await channel(page).evaluate("(list) => list.scrollWidth - list.clientWidth") == 0
    await page.get_by_role("button", name="Conversations").click()
    await page.get_by_role("navigation").get_by_role("button", name="bob").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("bob")
    await page.get_by_role("button", name="Controls").click()
    await page.get_by_role("button", name="Ask to delete webshop-frontend").click()
    await expect(page.get_by_role("combobox", name="Message bob")).to_have_value(f"/codecheck delete {FRONTEND}")


async def test_the_wire_shows_signed_headers_and_no_secret(page: Page, sandbox: Sandbox) -> None:
    """Every request and answer of a request for deletion, live."""
    panel = await open_panel(page, "Wire")
    await ask(page)
    await panel.get_by_text("slash_commands").first.click()
    await expect(panel.get_by_text("X-Slack-Signature: v0=")).to_be_visible()
    await panel.get_by_text(f"GET /v3/task/{FRONTEND}").first.click()
    await expect(panel.get_by_text("SDK-HMAC-SHA256 Access=").locator("visible=true").first).to_be_visible()
    shown = await panel.text_content() or ""
    slack = sandbox.stage.world.slack
    secrets = [slack.bot_token, slack.app_token, slack.signing_secret, "sandboxSecretKeyOfTheBot"]
    assert [secret for secret in secrets if secret in shown] == []


async def test_where_the_bot_is_no_member_the_prompt_is_private_and_the_result_public(page: Page) -> None:
    """In the private channel, from the sidebar."""
    await page.get_by_role("button", name="quality-leads").click()
    leads = page.get_by_role("log", name="Messages in 🔒 quality-leads")
    await page.get_by_role("combobox", name="quality-leads").fill(f"/codecheck delete {FRONTEND}")
    await page.keyboard.press("Enter")
    await leads.get_by_role("button", name="Review deletion…").click()
    await expect(leads.get_by_text("Only visible to you").first).to_be_visible()
    await leads.get_by_role("button", name=DELETE).click()
    await act_as(page, "bob")
    await expect(leads.get_by_text("status: success")).to_be_visible()


async def test_the_bot_is_removed_and_invited(page: Page) -> None:
    """The conversation says so."""
    panel = await open_panel(page, "Slack")
    await panel.get_by_role("button", name="Remove the bot").click()
    await expect(channel(page).get_by_text("codecheck-bot left the channel.")).to_be_visible()
    await panel.get_by_role("button", name="Invite the bot").click()
    await expect(channel(page).get_by_text("codecheck-bot joined the channel.")).to_be_visible()


async def test_a_thread_is_written_in_and_commands_are_not_taken_there(page: Page) -> None:
    """As in Slack."""
    await composer(page).fill("hello *there*")
    await composer(page).press("Enter")
    await channel(page).get_by_text("hello").hover()
    await channel(page).get_by_role("button", name="Reply in thread").click()
    reply = page.get_by_role("combobox", name="Reply…")
    await reply.fill("hi")
    await reply.press("Enter")
    await expect(page.get_by_role("log", name="Thread").get_by_text("hi", exact=True)).to_be_visible()
    await reply.fill("/codecheck help")
    await reply.press("Enter")
    await expect(page.get_by_text("not supported in threads")).to_be_visible()
    await expect(channel(page).get_by_role("button", name="1 reply")).to_be_visible()


async def test_a_task_changes_under_everybodys_eyes(page: Page, sandbox: Sandbox) -> None:
    """A check starts, and another branch is checked: what the bot looks up next shows it."""
    task = (await open_panel(page, "CodeArts Check")).get_by_role("listitem").filter(has_text=FRONTEND)
    await task.get_by_role("button", name="Start check").click()
    await expect(task.get_by_text("being checked")).to_be_visible()
    await task.get_by_role("button", name="Change branch").click()
    await expect(task.get_by_text("Webshop · release")).to_be_visible()
    changed = sandbox.stage.world.codearts.tasks[FRONTEND]
    assert (changed.running, changed.branch) == (True, "release")
    await task.get_by_role("button", name="End check").click()
    await expect(task.get_by_text("being checked")).to_have_count(0)
