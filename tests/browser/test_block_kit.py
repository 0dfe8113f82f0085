"""Block Kit on the page: drawn as Slack draws it, or refused with the reason; modals; mrkdwn."""

import json

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


ONCE = '<time datetime="1970-01-01T00:00:01.000Z" title="x">'
NOT_OPENED = [
    *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "vbscript:x"),
    *("data:text/html,x", "file:///etc/passwd", "blob:x", "https://", "//example.com", "/act"),
]
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
    *[(f"<{address}|click>", "click") for address in NOT_OPENED],
    ("*a* and *b*", "<strong>a</strong> and <strong>b</strong>"),
    (":constructor: :to_string: :tada:", ":constructor: :to_string: 🎉"),
    (
        "<!date^1500000000^{date_num} {time_secs}|fallback>",
        '<time datetime="2017-07-14T02:40:00.000Z" title="fallback">2017-07-14 11:40:00 AM</time>',
    ),
    (
        "<!date^1^{__proto__} {constructor} {toString}|x>",
        ONCE + "{__proto__} {constructor} {toString}</time>",
    ),
    ("<!date^1^once^javascript:alert(1)|x>", f"{ONCE}once</time>"),
    (
        "<!date^1^once^https://a.example|x>",
        f'{ONCE}<a href="https://a.example" target="_blank" rel="noopener noreferrer">once</a></time>',
    ),
    *[(f"<!date^{seconds}^{{date}}|x>", "x") for seconds in ("1e99", "NaN", "soon", "{}")],
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


async def test_a_text_of_any_length_is_drawn(page: Page) -> None:
    """Ten thousand bold words, and as many stars that nothing closes."""
    await channel(page).wait_for()
    drawn = await page.evaluate(
        """async (texts) => {
            const { mrkdwn } = await import("/static/js/mrkdwn.js");
            return texts.map((text) => mrkdwn(text).length);
        }""",
        ["*a* " * 10_000, "*a " * 10_000, "<" * 40_000],
    )
    assert drawn == [20_000, 1, 1]


async def test_a_button_opens_web_pages_only(page: Page, sandbox: Sandbox) -> None:
    """Whatever else its URL is, the page says that it does not open it; the click goes to the bot either way."""
    addresses = {"Bad": "javascript:document.title='owned'", "Worse": "data:text/html,x", "Good": "http://127.0.0.1:9/"}
    buttons = [
        {"type": "button", "action_id": name, "url": url, "text": {"type": "plain_text", "text": name}}
        for name, url in addresses.items()
    ]
    await send(page, [{"type": "actions", "elements": buttons}])
    for name in ("Bad", "Worse"):
        await channel(page).get_by_role("button", name=name).click()
        await expect(page.get_by_text(f"This page doesn't open {addresses[name]}")).to_be_visible()
    assert len(page.context.pages) == 1
    async with page.expect_popup():
        await channel(page).get_by_role("button", name="Good").click()
    assert await page.title() == "codecheck-bot sandbox"
    slack = sandbox.stage.world.slack
    await slack.until(lambda: len(slack.wire.calls("block_actions")) == len(addresses))


async def test_inputs_may_share_a_label_and_have_any_block_id(page: Page, sandbox: Sandbox) -> None:
    """What is typed in each comes back under its own block_id, and errors stand beside the right one."""
    ids = ["constructor", "__proto__", 'a "b" c']
    fields = [MODAL["blocks"][0] | {"block_id": block_id} for block_id in ids]  # type: ignore[index]  # a list
    await send(page, MODAL | {"blocks": fields})
    dialog = page.get_by_role("dialog", name="Type the ID")
    view = sandbox.stage.world.alice.view
    assert view is not None
    sandbox.stage.world.slack.workspace.change_view(view, view.modal, {ids[1]: "Not this one."})
    await expect(dialog.get_by_text("Not this one.")).to_have_count(1)
    for number, invalid in enumerate([False, True, False]):
        assert bool(await dialog.get_by_label("Task ID").nth(number).get_attribute("aria-invalid")) is invalid
    for number, block_id in enumerate(ids):
        await dialog.get_by_label("Task ID").nth(number).fill(f"typed in {block_id}")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("trouble connecting")
    sent = json.loads(sandbox.stage.world.slack.wire.calls("view_submission")[0].sent)
    values = sent["view"]["state"]["values"]
    assert {block_id: values[block_id]["task_id"]["value"] for block_id in ids} == {
        block_id: f"typed in {block_id}" for block_id in ids
    }
