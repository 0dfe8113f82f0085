"""Block Kit on the page: drawn as Slack draws it, or refused with the reason; modals; mrkdwn."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from codecheck_sandbox.page.serving import Sandbox
from tests.browser.talking import channel, open_panel

pytestmark = pytest.mark.asyncio(loop_scope="session")

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Type the ID"},
    "submit": {"type": "plain_text", "text": "Delete"},
    "close": {"type": "plain_text", "text": "Back"},
    "blocks": [
        {
            "type": "input",
            "block_id": "task",
            "label": {"type": "plain_text", "text": "Task ID"},
            "hint": {"type": "plain_text", "text": "All 32 characters"},
            "element": {"type": "plain_text_input", "action_id": "task_id", "max_length": 128},
        }
    ],
}
BUTTON = {
    "type": "button",
    "action_id": "own",
    "style": "danger",
    "text": {"type": "plain_text", "text": "Sure"},
    "confirm": {
        "title": {"type": "plain_text", "text": "Really?"},
        "text": {"type": "plain_text", "text": "It cannot be undone."},
        "confirm": {"type": "plain_text", "text": "Yes"},
        "deny": {"type": "plain_text", "text": "No"},
    },
}


MENTION = '<span class="mention">'
MRKDWN = [
    ("*bold* _italic_ ~gone~", "<strong>bold</strong> <em>italic</em> <s>gone</s>"),
    ("`*not bold*` &amp; &lt;b&gt;", "<code>*not bold*</code> &amp; &lt;b&gt;"),
    ("*Task `a_b`*", "<strong>Task <code>a_b</code></strong>"),
    ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
    (":warning: one\ntwo", "⚠️ one<br>two"),
    ("&gt; quoted\nplain", "<blockquote>quoted</blockquote>plain"),
    ("```\na < b\n```".replace("<", "&lt;"), "<pre><code>a &lt; b</code></pre>"),
    (
        "<@U01BOB> in <#C01QUALITY>",
        '<span class="mention">@bob</span> in <span class="mention">#code-quality</span>',
    ),
    (
        "<https://example.com/?a=1&amp;b=2|here>",
        '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">here</a>',
    ),
    ("<javascript:alert(1)|click>", "click"),
    (
        "<!date^1500000000^{date_num} {time_secs}|fallback>",
        '<time datetime="2017-07-14T02:40:00.000Z" title="fallback">2017-07-14 11:40:00 AM</time>',
    ),
]


async def send(page: Page, payload: object) -> None:
    """Send blocks or a modal as the bot would."""
    panel = await open_panel(page, "Block Kit")
    await panel.get_by_label("An array of blocks").fill(json.dumps(payload))
    await panel.get_by_role("button", name="Send as the bot").click()


async def test_blocks_that_slack_would_refuse_are_shown_as_refused(page: Page) -> None:
    """In the conversation and in the panel, with the reason and where."""
    await send(page, [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}])
    refused = channel(page).get_by_role("article", name="Refused by Slack")
    await expect(refused).to_contain_text("invalid_blocks")
    await expect(refused).to_contain_text("must be less than 151 characters [json-pointer:/blocks/0/text/text]")
    await expect(page.get_by_role("list", name="Refused so far")).to_contain_text("151")


async def test_what_the_bot_sends_over_the_wire_is_refused_as_well(page: Page, sandbox: Sandbox) -> None:
    """chat.postMessage with a block that Slack does not know."""
    slack = sandbox.stage.world.slack
    body = {"channel": "C01QUALITY", "text": "x", "blocks": [{"type": "sparkle"}]}
    answer = await page.request.post(
        f"{slack.api_url}chat.postMessage", data=body, headers={"Authorization": f"Bearer {slack.bot_token}"}
    )
    assert (await answer.json())["error"] == "invalid_blocks"
    await expect(channel(page).get_by_text("unsupported type: sparkle")).to_be_visible()


async def test_a_button_with_a_confirm_dialog_asks_first(page: Page, sandbox: Sandbox) -> None:
    """“No” sends nothing; “Yes” sends the click."""
    await send(page, [{"type": "actions", "elements": [BUTTON]}])
    sure = channel(page).get_by_role("button", name="Sure")
    clicks = sandbox.stage.world.slack.wire.calls
    await sure.click()
    await page.get_by_role("dialog", name="Really?").get_by_role("button", name="No").click()
    assert clicks("block_actions") == []
    await sure.click()
    await page.get_by_role("dialog", name="Really?").get_by_role("button", name="Yes").click()
    await expect(page.get_by_text("The app did not respond")).to_be_visible()  # the bot has no such action
    assert len(clicks("block_actions")) == 1


async def test_a_modal_is_filled_in_and_submitted(page: Page, sandbox: Sandbox) -> None:
    """By keyboard: the first input has the focus, Enter submits; the bot's errors stand beside the input."""
    await send(page, MODAL)
    dialog = page.get_by_role("dialog", name="Type the ID")
    task = dialog.get_by_label("Task ID")
    await expect(task).to_be_focused()
    await page.keyboard.type("897acf")
    view = sandbox.stage.world.alice.view
    assert view is not None
    sandbox.stage.world.slack.workspace.change_view(view, view.modal, {"task": "This is another task."})
    await expect(dialog.get_by_text("This is another task.")).to_be_visible()
    await expect(task).to_have_attribute("aria-invalid", "true")
    await expect(task).to_have_value("897acf")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("trouble connecting")  # the bot has no such view
    assert '"value": "897acf"' in sandbox.stage.world.slack.wire.calls("view_submission")[0].sent
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert sandbox.stage.world.alice.view is None


async def test_an_input_left_empty_is_not_sent(page: Page, sandbox: Sandbox) -> None:
    """The browser asks for it, as Slack's client does."""
    await send(page, MODAL)
    dialog = page.get_by_role("dialog", name="Type the ID")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog.get_by_label("Task ID")).to_be_focused()
    assert sandbox.stage.world.slack.wire.calls("view_submission") == []


async def test_mrkdwn_is_drawn_as_slack_draws_it(page: Page) -> None:
    """Nothing from outside becomes markup; moments are the reader's, here in Tokyo."""
    await channel(page).wait_for()
    drawn = await page.evaluate(
        """async (texts) => {
            const { mrkdwn } = await import("/static/js/mrkdwn.js");
            return texts.map((text) => {
                const drawn = document.createElement("div");
                drawn.append(...mrkdwn(text));
                return drawn.innerHTML;
            });
        }""",
        [typed for typed, _ in MRKDWN],
    )
    assert [html.replace("\u202f", " ") for html in drawn] == [html for _, html in MRKDWN]


async def test_every_emoji_that_the_bot_uses_is_known(page: Page) -> None:
    """A short name left as it is would look like a mistake of the bot's."""
    sources = (Path(__file__).parents[2] / "bot" / "slack" / "views").glob("*.py")
    used = {name for source in sources for name in re.findall(r"[\"' ]:([a-z_]+):[\"' *]", source.read_text("utf-8"))}
    assert "white_check_mark" in used
    await channel(page).wait_for()
    left = await page.evaluate(
        """async (names) => {
            const { withEmoji } = await import("/static/js/emoji.js");
            return names.filter((name) => withEmoji(`:${name}:`) === `:${name}:`);
        }""",
        sorted(used),
    )
    assert left == []
