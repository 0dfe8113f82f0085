"""Whole conversations on the page, with the real bot behind it."""

import pytest
from playwright.async_api import Page, expect

from codecheck_sandbox.page.serving import Sandbox
from tests.browser.talking import (
    DELETE,
    FRONTEND,
    SEARCH,
    act_as,
    answer_next,
    ask,
    channel,
    composer,
    open_panel,
    press,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("sandbox", [False, True], indirect=True, ids=["http", "socket mode"])
async def test_a_task_is_deleted_by_mouse(page: Page, sandbox: Sandbox) -> None:
    """From the task's own button to the result, which the channel and the thread show."""
    await page.get_by_role("button", name="Ask to delete webshop-frontend").click()
    await page.get_by_role("button", name="Send").first.click()
    await press(page, "Review deletion…")
    await press(page, DELETE)
    await expect(channel(page).get_by_text("status: success")).to_be_visible()
    await expect(channel(page).get_by_text("httpStatus: OK")).to_be_visible()
    await expect(channel(page).get_by_role("button", name=DELETE)).to_have_count(0)
    await expect(page.get_by_text("deleted by alice")).to_be_visible()
    assert [gone.operator for gone in sandbox.stage.world.codearts.deletions] == ["alice"]
    await channel(page).get_by_role("button", name="1 reply").click()
    await expect(page.get_by_role("log", name="Thread").get_by_text("status: success")).to_be_visible()


async def test_a_task_is_deleted_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    """The composer completes the command; after each step the focus is on the message, its buttons come next."""
    await composer(page).focus()
    await page.keyboard.type("/co")
    await expect(page.get_by_role("option", name="/codecheck", selected=True)).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option", name="/codecheck delete <task_id>", selected=True)).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(composer(page)).to_have_value("/codecheck delete ")
    await page.keyboard.type(FRONTEND)
    await page.keyboard.press("Enter")
    review = channel(page).get_by_role("button", name="Review deletion…")
    await review.wait_for()
    for _ in range(3):  # from the composer back over the reply button and Cancel
        await page.keyboard.press("Shift+Tab")
    await expect(review).to_be_focused()
    await page.keyboard.press("Enter")
    delete = channel(page).get_by_role("button", name=DELETE)
    await delete.wait_for()
    for _ in range(2):  # over the repository's link
        await page.keyboard.press("Tab")
    await expect(channel(page).get_by_role("button", name="Keep it")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(delete).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(channel(page).get_by_text("status: success")).to_be_visible()
    assert FRONTEND not in sandbox.stage.world.codearts.tasks


async def test_a_bystander_is_refused_privately(page: Page, sandbox: Sandbox) -> None:
    """Bob reads why; alice does not see his answer, and the prompt stays."""
    await ask(page)
    await channel(page).get_by_role("button", name="Review deletion…").wait_for()
    await act_as(page, "bob")
    await press(page, "Review deletion…")
    private = channel(page).get_by_text("This one is @alice's to confirm")
    await expect(private).to_be_visible()
    await expect(channel(page).get_by_text("Only visible to you")).to_be_visible()
    await act_as(page, "alice")
    await expect(channel(page).get_by_role("button", name="Review deletion…")).to_be_visible()
    await expect(private).to_have_count(0)
    assert FRONTEND in sandbox.stage.world.codearts.tasks


async def test_somebody_without_an_operator_reads_what_to_do(page: Page) -> None:
    """Carol's command is answered to her alone."""
    await act_as(page, "carol")
    await ask(page)
    await expect(channel(page).get_by_text("no CodeArts user is set for you")).to_be_visible()


async def test_a_request_is_cancelled(page: Page, sandbox: Sandbox) -> None:
    """At the first step; the buttons go."""
    await ask(page)
    await press(page, "Cancel")
    await expect(channel(page).get_by_text("cancelled by @alice").first).to_be_visible()
    await expect(channel(page).get_by_role("button", name="Cancel")).to_have_count(0)
    assert FRONTEND in sandbox.stage.world.codearts.tasks


async def test_a_prompt_expires_before_the_readers_eyes(page: Page, sandbox: Sandbox) -> None:
    """The time panel lets its time be up; nobody clicks."""
    await ask(page)
    await channel(page).get_by_role("button", name="Review deletion…").wait_for()
    panel = await open_panel(page, "Processes")
    await panel.get_by_role("button", name="Let 10 minutes pass").click()
    await expect(channel(page).get_by_text("nobody confirmed by").first).to_be_visible()
    await expect(channel(page).get_by_role("button", name="Review deletion…")).to_have_count(0)
    assert FRONTEND in sandbox.stage.world.codearts.tasks


async def test_a_bot_killed_in_the_middle_is_taken_up_to_the_right_end(page: Page, sandbox: Sandbox) -> None:
    """Kill -9 while the DELETE hangs, its lease passes, a new process looks, sends again and announces."""
    codearts = sandbox.stage.world.codearts
    await answer_next(page, "No answer, nothing deleted")
    await ask(page)
    await press(page, "Review deletion…")
    await press(page, DELETE)
    await codearts.arrival("DELETE")
    panel = await open_panel(page, "Processes")
    await panel.get_by_role("button", name="kill -9 Bot, replica 1").click()
    await panel.get_by_role("button", name="Let 1 minute pass").click()
    await panel.get_by_role("button", name="Start Bot, replica 2").click()
    await expect(channel(page).get_by_text("status: success")).to_be_visible()
    assert [gone.operator for gone in codearts.deletions] == ["alice"]


async def test_an_answer_that_is_lost_is_looked_into(page: Page) -> None:
    """Deleted, then the connection drops: not known yet, then the truth."""
    await answer_next(page, "Deleted, then the connection drops")
    await ask(page)
    await press(page, "Review deletion…")
    await press(page, DELETE)
    await expect(channel(page).get_by_text("not known yet whether it was deleted").first).to_be_visible()
    await expect(channel(page).get_by_text("✅ webshop-frontend deleted").last).to_be_visible()


async def test_a_refusal_of_the_service_is_told_as_it_is(page: Page, sandbox: Sandbox) -> None:
    """CC.00050010, with what to do; the task stays."""
    await answer_next(page, "CC.00050010 (HTTP 200): You do not have the permission.")
    await ask(page)
    await press(page, "Review deletion…")
    await press(page, DELETE)
    await expect(channel(page).get_by_text("was not deleted").first).to_be_visible()
    await expect(channel(page).get_by_text("permission").first).to_be_visible()
    assert FRONTEND in sandbox.stage.world.codearts.tasks


async def test_without_redis_the_person_is_told_so(page: Page, sandbox: Sandbox) -> None:
    """Redis is stopped: nothing is recorded; it is started: the same works."""
    panel = await open_panel(page, "Processes")
    await panel.get_by_role("button", name="Stop Redis").click()
    await panel.get_by_role("button", name="Start Redis").wait_for()
    await ask(page, SEARCH)
    await expect(channel(page).get_by_text("can't reach my storage")).to_be_visible()
    await panel.get_by_role("button", name="Start Redis").click()
    await panel.get_by_role("button", name="Stop Redis").wait_for()
    await ask(page, SEARCH)
    await expect(channel(page).get_by_role("button", name="Review deletion…")).to_be_visible()
    assert sandbox.stage.redis.running


async def test_two_clicks_at_once_delete_once(page: Page, sandbox: Sandbox) -> None:
    """The Slack panel makes the next click two."""
    await ask(page)
    await press(page, "Review deletion…")
    delete = channel(page).get_by_role("button", name=DELETE)
    await delete.wait_for()
    panel = await open_panel(page, "Slack")
    await panel.get_by_role("button", name="Click twice").click()
    await panel.get_by_text("The next click is two clicks").wait_for()
    await delete.click()
    await expect(channel(page).get_by_text("status: success")).to_be_visible()
    assert len(sandbox.stage.world.codearts.deletions) == 1
