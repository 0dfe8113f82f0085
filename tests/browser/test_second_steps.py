"""The channels with rules of their own: the name is typed, someone else confirms, or there is time to stop it."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from codecheck_sandbox.page.serving import Sandbox
from tests.browser.talking import DELETE, FRONTEND, SEARCH, act_as, ask, channel, composer, enter, open_panel, press

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_tasks_name_is_typed_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    """The modal takes the focus; a wrong name is told beside the input and deletes nothing, the right one deletes."""
    await enter(page, "release")
    await composer(page, "release").focus()
    await page.keyboard.type(f"/codecheck delete {FRONTEND}")
    await page.keyboard.press("Enter")
    review = channel(page, "release").get_by_role("button", name="Review deletion…")
    await review.wait_for()
    await review.focus()
    await page.keyboard.press("Enter")
    window = page.get_by_role("dialog", name="Delete task?")
    typed = window.get_by_label("Type webshop-frontend to confirm")
    await expect(typed).to_be_focused()

    await page.keyboard.type(SEARCH)
    await page.keyboard.press("Enter")

    await expect(window.get_by_text("That isn't the task's name")).to_be_visible()
    await expect(typed).to_have_attribute("aria-invalid", "true")
    await expect(typed).to_be_focused()
    await expect(typed).to_have_value(SEARCH)
    assert FRONTEND in sandbox.stage.world.codearts.tasks

    await page.keyboard.press("Control+a")
    await page.keyboard.type("webshop-frontend")
    await page.keyboard.press("Enter")

    await expect(window).to_have_count(0)
    await expect(channel(page, "release").get_by_text("status: success")).to_be_visible()
    assert [gone.task_id for gone in sandbox.stage.world.codearts.deletions] == [FRONTEND]


async def test_the_window_is_put_away_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    """Escape closes it and deletes nothing; the prompt opens it again, empty."""
    await enter(page, "release")
    await ask(page, in_="release")
    await press(page, "Review deletion…", in_="release")
    window = page.get_by_role("dialog", name="Delete task?")
    await window.get_by_label("Type webshop-frontend to confirm").fill(FRONTEND)
    await page.keyboard.press("Escape")
    await expect(window).to_have_count(0)
    await press(page, f"{DELETE}…", in_="release")
    await expect(window.get_by_label("Type webshop-frontend to confirm")).to_have_value("")
    assert sandbox.stage.world.codearts.count("DELETE") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_window_stands_in_nobodys_way(page: Page, scheme: str) -> None:
    """axe-core over the open window and its error."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await enter(page, "release")
    await ask(page, in_="release")
    await press(page, "Review deletion…", in_="release")
    window = page.get_by_role("dialog", name="Delete task?")
    await window.get_by_label("Type webshop-frontend to confirm").fill(SEARCH)
    await window.get_by_role("button", name="Delete", exact=True).click()
    await window.get_by_text("That isn't the task's name").wait_for()
    results = await Axe().run(page)
    assert [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in results.response["violations"]
        if violation["impact"] in {"serious", "critical"}
    ] == []


async def test_somebody_else_confirms(page: Page, sandbox: Sandbox) -> None:
    """Alice alone cannot; bob can."""
    await enter(page, "two-person")
    await ask(page, in_="two-person")
    await press(page, "Review deletion…", in_="two-person")
    await channel(page, "two-person").get_by_text("replied to a thread:").wait_for()  # those who may confirm are called
    await press(page, DELETE, in_="two-person")
    await expect(channel(page, "two-person").get_by_text("Only visible to you")).to_be_visible()
    assert sandbox.stage.world.codearts.count("DELETE") == 0
    await act_as(page, "bob")
    await press(page, DELETE, in_="two-person")
    await expect(channel(page, "two-person").get_by_text("status: success")).to_be_visible()
    assert [gone.operator for gone in sandbox.stage.world.codearts.deletions] == ["alice"]


async def in_its_grace(page: Page) -> Locator:
    """A deletion that both confirmations have been given for, and that can still be stopped; its channel."""
    await enter(page, "time-to-stop")
    await ask(page, in_="time-to-stop")
    await press(page, "Review deletion…", in_="time-to-stop")
    await press(page, DELETE, in_="time-to-stop")
    shown = channel(page, "time-to-stop")
    await shown.get_by_role("button", name="Stop").wait_for()
    return shown


async def test_it_is_stopped_in_its_grace(page: Page, sandbox: Sandbox) -> None:
    """By anyone who may ask: bob does."""
    shown = await in_its_grace(page)
    await act_as(page, "bob")
    await press(page, "Stop", in_="time-to-stop")
    await expect(shown.get_by_text("stopped by @bob").first).to_be_visible()
    await expect(shown.get_by_role("button", name="Stop")).to_have_count(0)
    assert sandbox.stage.world.codearts.count("DELETE") == 0


async def test_the_grace_ends_before_the_readers_eyes(page: Page, sandbox: Sandbox) -> None:
    """The time panel lets it be over, and the task is deleted; till then nothing is sent."""
    shown = await in_its_grace(page)
    assert sandbox.stage.world.codearts.count("DELETE") == 0
    panel = await open_panel(page, "Processes")
    await panel.get_by_role("button", name="Let 1 minute pass").click()
    await expect(shown.get_by_text("status: success")).to_be_visible()


async def test_an_admin_freezes(page: Page) -> None:
    """Dana types it; alice reads that nothing can be asked for."""
    await act_as(page, "dana")
    await composer(page).fill("/codecheck freeze release day")
    await composer(page).press("Enter")
    await expect(channel(page).get_by_text("Deletions are frozen by").first).to_be_visible()
    await act_as(page, "alice")
    await ask(page)
    await expect(channel(page).get_by_text("“release day”").last).to_be_visible()
    await expect(channel(page).get_by_role("button", name="Review deletion…")).to_have_count(0)


@pytest.mark.parametrize("sandbox", [False], indirect=True, ids=["http"])
async def test_a_red_button_is_never_where_another_button_was(page: Page, sandbox: Sandbox) -> None:
    """A double click on “Review deletion…” deletes nothing: below the pointer there is another button, or none."""
    await ask(page)
    review = channel(page).get_by_role("button", name="Review deletion…")
    box = await review.bounding_box()
    assert box is not None
    await review.click()
    delete = channel(page).get_by_role("button", name=DELETE)
    await delete.wait_for()
    red = await delete.bounding_box()
    assert red is not None
    assert red["y"] >= box["y"] + box["height"] or red["y"] + red["height"] <= box["y"]
    assert sandbox.stage.world.codearts.count("DELETE") == 0
