"""Redis is down, or hangs: nothing is done, and the person is told before Slack's timeout."""

from tests.fixtures.world import TASK, World, buttons, delete_label, second_step
from tests.wire.proxy import Proxy


async def test_a_request_is_refused(distant: World, redis_proxy: Proxy) -> None:
    """The person is told at once, and nothing has happened."""
    await redis_proxy.refuse()
    redis_proxy.cut()
    answer = await distant.alice.types(f"/codecheck delete {TASK}", in_=distant.channel)
    assert "I can't reach my storage, so I didn't do anything" in answer.text
    assert answer.notice == ""
    assert distant.channel.messages == []

    await redis_proxy.accept()
    await distant.delete(TASK)
    await distant.latest("status: success")
    assert distant.codearts.count("DELETE") == 1


async def test_a_confirmation_is_refused(distant: World, redis_proxy: Proxy) -> None:
    """The click is acknowledged in time, nothing is sent, and the buttons stay for another try."""
    await distant.ask(TASK)
    await distant.review()
    await redis_proxy.refuse()
    redis_proxy.cut()
    answer = await distant.alice.clicks(delete_label(TASK), on=distant.channel)
    assert answer.notice == ""
    await distant.told(distant.alice, "I can't reach my storage, so I didn't do anything")
    assert not distant.codearts.count("DELETE")
    assert buttons(distant.channel.messages[-1]) == second_step(TASK)

    await redis_proxy.accept()
    await distant.confirm(TASK)
    await distant.latest("status: success")
    assert distant.codearts.count("DELETE") == 1


async def test_a_redis_that_hangs_is_told_before_slack_gives_up(distant: World, redis_proxy: Proxy) -> None:
    """Redis neither refuses nor answers: the person is told what is known, and never gets Slack's own error."""
    redis_proxy.hang()
    answer = await distant.alice.types(f"/codecheck delete {TASK}", in_=distant.channel)
    assert "my storage" in answer.text.lower()
    assert "I didn't do anything" in answer.text or "I don't know whether" in answer.text
    assert answer.notice == ""
    assert not distant.codearts.count("DELETE")
    redis_proxy.resume()


async def test_help_needs_no_redis(distant: World, redis_proxy: Proxy) -> None:
    """Refusing someone does not need it either."""
    await redis_proxy.refuse()
    redis_proxy.cut()
    assert "two confirmations" in (await distant.bob.types("/codecheck help", in_=distant.channel)).text
    refused = await distant.carol.types(f"/codecheck delete {TASK}", in_=distant.channel)
    assert "no CodeArts user is set for you" in refused.text
    await redis_proxy.accept()
