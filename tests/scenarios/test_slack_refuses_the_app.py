"""Slack refuses the app itself: someone has to fix that, and then the delayed messages are sent."""

import pytest
from structlog.testing import capture_logs

from codecheck_sandbox.slack import ApiError
from codecheck_sandbox.slack.faults import RESPONSE_URL
from tests.fixtures.world import TASK, World, buttons


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth", "missing_scope"])
async def test_a_result_is_kept_until_the_app_is_mended(world: World, code: str) -> None:
    """The task is deleted, but nobody can be told; once the app is fixed, the channel gets the result, once."""
    prompt = await world.ask()
    await world.review()
    methods = ("chat.postMessage", "chat.update", RESPONSE_URL)
    for method in methods:
        world.slack.faults.fail_always(method, ApiError(code))

    with capture_logs() as logs:
        await world.confirm()
        await world.slack.until(lambda: len(world.slack.wire.calls("chat.update")) >= 3)
    assert world.codearts.count("DELETE") == 1
    loud = [(log["method"], log["why"]) for log in logs if "what_to_do" in log]
    assert loud == [("chat.update", code)]

    for method in methods:
        world.slack.faults.clear(method)
    await world.latest("status: success", within=20)
    assert buttons(world.now(prompt)) == []
    assert sum("status: success" in message.text for message in world.channel.messages) == 1
    assert world.codearts.count("DELETE") == 1


async def test_a_prompt_goes_out_privately_and_the_log_says_why(world: World) -> None:
    """Without `chat:write` people can still work, and the log says once what is missing."""
    world.slack.faults.fail_always("chat.postMessage", ApiError("missing_scope"))
    with capture_logs() as logs:
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.told(world.alice, TASK)
    assert [log["method"] for log in logs if "what_to_do" in log] == ["chat.postMessage"]


async def test_without_the_scope_to_look_people_up_nobody_can_ask(world: World) -> None:
    """The bot cannot check whether Alice is a guest, so it refuses her although she is listed, and says whom to ask."""
    world.slack.faults.fail_always("users.info", ApiError("missing_scope"))
    with capture_logs() as logs:
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.alice.types("/codecheck whoami", in_=world.channel)
    assert "I'm not allowed to ask Slack who you are" in answer.text
    assert world.channel.messages == []
    assert [(log["method"], log["why"]) for log in logs if "what_to_do" in log] == [("users.info", "missing_scope")]
