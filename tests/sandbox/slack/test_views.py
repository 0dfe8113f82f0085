"""Modals: opened in exchange for a trigger ID, filled in, submitted, closed."""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, NotPossibleError, Person, SlackStandIn
from tests.sandbox.slack.conftest import Bolt, refusal

MODAL: dict[str, object] = {
    "type": "modal",
    "callback_id": "typed",
    "private_metadata": "secret",
    "title": {"type": "plain_text", "text": "Type the ID"},
    "submit": {"type": "plain_text", "text": "Delete"},
    "blocks": [
        {
            "type": "input",
            "block_id": "id",
            "label": {"type": "plain_text", "text": "Task ID"},
            "element": {"type": "plain_text_input", "action_id": "task_id", "min_length": 2, "max_length": 8},
        },
        {
            "type": "input",
            "block_id": "why",
            "optional": True,
            "label": {"type": "plain_text", "text": "Why"},
            "element": {
                "type": "static_select",
                "action_id": "reason",
                "options": [{"text": {"type": "plain_text", "text": "Old"}, "value": "old"}],
            },
        },
        {
            "type": "actions",
            "block_id": "row",
            "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Preview"}}],
        },
    ],
}
OTHER: dict[str, object] = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Other"},
    "blocks": [{"type": "divider"}],
}


@pytest.fixture
async def triggers(bolt: Bolt) -> list[str]:
    """The trigger IDs that the app was sent; it does nothing else with a command."""
    received: list[str] = []

    @bolt.app.command("/test")
    async def note(ack: AsyncAck, body: Mapping[str, str]) -> None:
        received.append(body["trigger_id"])
        await ack()

    await bolt.serve()
    return received


@pytest.fixture
def opened(
    triggers: list[str], web: AsyncWebClient, alice: Person, general: Channel
) -> Callable[[Mapping[str, object]], Awaitable[None]]:
    """Lets the app open a modal on alice's screen."""

    async def open_modal(view: Mapping[str, object]) -> None:
        await alice.types("/test", in_=general)
        await web.views_open(trigger_id=triggers[-1], view=dict(view))

    return open_modal


Opened = Callable[[Mapping[str, object]], Awaitable[None]]


async def test_a_trigger_opens_one_view(
    triggers: list[str], web: AsyncWebClient, alice: Person, bob: Person, general: Channel
) -> None:
    """On the screen of the person who did something; a second time it is exchanged."""
    await alice.types("/test", in_=general)
    await web.views_open(trigger_id=triggers[-1], view=MODAL)
    assert alice.view is not None
    assert alice.view.modal.title.text == "Type the ID"
    assert bob.view is None
    assert await refusal(web.views_open(trigger_id=triggers[-1], view=MODAL)) == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(
    slack: SlackStandIn, triggers: list[str], web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """By the stand-in's clock."""
    await alice.types("/test", in_=general)
    slack.clock.advance(3.1)
    assert await refusal(web.views_open(trigger_id=triggers[-1], view=MODAL)) == "expired_trigger_id"


async def test_a_trigger_cannot_be_made_up(web: AsyncWebClient) -> None:
    """Only what was sent opens a view."""
    assert await refusal(web.views_open(trigger_id="1.2.3", view=MODAL)) == "invalid_trigger_id"


async def test_a_refused_view_costs_no_trigger(
    triggers: list[str], web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """The app can put it right while the trigger lives; it is told what is wrong."""
    await alice.types("/test", in_=general)
    with pytest.raises(SlackApiError) as raised:
        await web.views_open(trigger_id=triggers[-1], view=MODAL | {"submit": None, "colour": "red"})
    assert raised.value.response["error"] == "invalid_arguments"
    assert raised.value.response["response_metadata"]["messages"] == [
        "[ERROR] invalid additional property: colour [json-pointer:/view]"
    ]
    await web.views_open(trigger_id=triggers[-1], view=MODAL)


async def test_what_is_filled_in_reaches_the_app(bolt: Bolt, opened: Opened, alice: Person) -> None:
    """By block and action ID, with what the view carried unseen; then the modal closes."""
    seen: list[Mapping[str, object]] = []

    @bolt.app.view("typed")
    async def submitted(ack: AsyncAck, view: Mapping[str, object]) -> None:
        seen.append(view)
        await ack()

    await opened(MODAL)
    answer = await alice.submits({"Task ID": "897acf", "Why": "Old"})
    assert answer.text == ""
    (view,) = seen
    assert view["private_metadata"] == "secret"
    assert view["state"] == {
        "values": {
            "id": {"task_id": {"type": "plain_text_input", "value": "897acf"}},
            "why": {
                "reason": {
                    "type": "static_select",
                    "selected_option": {"text": {"type": "plain_text", "text": "Old"}, "value": "old"},
                }
            },
        }
    }
    assert alice.view is None


async def test_the_app_can_find_fault_with_an_input(bolt: Bolt, opened: Opened, alice: Person) -> None:
    """The modal stays, with the fault beside the input."""

    @bolt.app.view("typed")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"id": "That is another task."})

    await opened(MODAL)
    answer = await alice.submits({"Task ID": "wrong"})
    assert answer.errors == {"id": "That is another task."}
    assert alice.view is not None
    assert alice.view.errors == answer.errors


async def test_the_app_can_answer_with_another_view(bolt: Bolt, opened: Opened, alice: Person) -> None:
    """In its place."""

    @bolt.app.view("typed")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="update", view=OTHER)

    await opened(MODAL)
    await alice.submits({"Task ID": "897acf"})
    assert [view.modal.title.text for view in alice.views] == ["Other"]


@pytest.mark.parametrize(
    "response",
    [
        {"response_action": "errors", "errors": {"nowhere": "?"}},
        {"response_action": "errors", "errors": "?"},
        {"response_action": "dance"},
        {"response_action": "update", "view": {"type": "modal"}},
    ],
)
async def test_an_answer_that_slack_does_not_take_leaves_the_view(
    bolt: Bolt, opened: Opened, alice: Person, response: dict[str, object]
) -> None:
    """The person reads that there was trouble."""

    @bolt.app.view("typed")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response)

    await opened(MODAL)
    answer = await alice.submits({"Task ID": "897acf"})
    assert answer.text.startswith("We had some trouble connecting. Try again?")
    assert alice.view is not None


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "asks to fill in 'Task ID'"),
        ({"Task ID": "x"}, "does not accept 1 characters"),
        ({"Task ID": "x" * 9}, "does not accept 9 characters"),
        ({"Task ID": "897acf", "Why": "New"}, "no option 'New'"),
        ({"Tusk": "x"}, "no input"),
    ],
)
async def test_the_client_does_not_send_what_it_checks_itself(
    opened: Opened, alice: Person, values: dict[str, str], told: str
) -> None:
    """Nothing reaches the app."""
    await opened(MODAL)
    with pytest.raises(NotPossibleError, match=told):
        await alice.submits(values)


async def test_a_view_can_be_updated_while_it_is_open(
    opened: Opened, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """With its hash only while nobody else has; not once it has gone."""
    await opened(MODAL)
    shown = alice.view
    assert shown is not None
    await web.views_update(view_id=shown.id, view=OTHER, hash=shown.hash)
    assert alice.view is not None
    assert alice.view.modal.title.text == "Other"
    assert await refusal(web.views_update(view_id=shown.id, view=OTHER, hash=shown.hash)) == "hash_conflict"
    await alice.closes()
    assert await refusal(web.views_update(view_id=shown.id, view=OTHER)) == "not_found"
    assert general.messages == []


async def test_a_button_in_a_view_is_an_action_of_the_view(bolt: Bolt, opened: Opened, alice: Person) -> None:
    """It names the view, and no channel or response_url."""
    seen: list[Mapping[str, object]] = []

    @bolt.app.action("go")
    async def clicked(ack: AsyncAck, body: Mapping[str, object]) -> None:
        seen.append(body)
        await ack()

    await opened(MODAL)
    assert alice.view is not None
    await alice.clicks("Preview", on=alice.view)
    (body,) = seen
    assert body["container"] == {"type": "view", "view_id": alice.view.id}
    assert not {"channel", "response_url", "message"} & body.keys()


async def test_nobody_submits_a_view_that_is_not_theirs(opened: Opened, alice: Person, bob: Person) -> None:
    """A modal is on one screen."""
    await opened(MODAL)
    with pytest.raises(NotPossibleError, match="no such modal"):
        await bob.submits({"Task ID": "897acf"}, view=alice.view)
