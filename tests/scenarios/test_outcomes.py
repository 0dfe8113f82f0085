"""What CodeArts Check answers, and what the channel is then told: never more than is known."""

import json
import re
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from codecheck_sandbox.codearts import Accept, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from tests.fixtures.world import CANCELLED, EXPIRED, QUICK, TASK, OpenWorld, World, buttons, words

AUDIT = '[notify]\nchannels = ["C01AUDIT"]'
BRIEF = replace(QUICK, verify=500, call=2_000)

# Each error of the ErrorCode page and the gateway's: what it means, and what a person should do.
REFUSALS = {
    "CC.00000000": ("is busy", "try again"),
    "CC.00000003": ("sign-in to CodeArts Check has expired", "ask an admin of this bot"),
    "CC.00050000": ("did not accept the task ID", "check the task ID"),
    "CC.00050007": ("IAM did not accept", "ask an admin of this bot"),
    "CC.00050010": ("no permission", "codeartscheck:task:delete"),
    "CC.00050011": ("not in any project", "a project admin can add it"),
    "CC.00050012": ("asks to try again later", "try again"),
    "CC.00050013": ("the task or its project does not exist", "check the task ID"),
    "CC.00050014": ("could not read the task's basic information", "try again"),
    "CC.00050015": ("a check is running", "stop it"),
    "APIGW.0101": ("no such API", "ask an admin of this bot"),
    "APIGW.0303": ("did not accept the bot's credentials", "ask an admin of this bot"),
    "APIGW.0307": ("token was refused", "ask an admin of this bot"),
    "APIGW.0310": ("project is unavailable", "check the project"),
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_refusal_is_told_with_its_code_its_meaning_and_what_to_do(world: World, code: str) -> None:
    """Failed means that the task still exists: the service said so, with whatever HTTP status."""
    meaning, cure = REFUSALS[code]
    world.codearts.next_answer(Refuse(code))
    prompt = await world.delete(TASK)
    result = words(await world.latest("was not deleted", code))
    assert meaning.lower() in result.lower()
    assert cure.lower() in result.lower()
    assert buttons(world.now(prompt)) == []
    assert TASK in world.codearts.tasks


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("CC.00000003", "check the bot's access key"),
        ("CC.00050007", "check the bot's access key"),
        ("CC.00050010", "codeartscheck:task:delete"),
        ("CC.00050011", "add the bot's user to the task's project"),
        ("APIGW.0101", "CODEARTS_ENDPOINT"),
        ("APIGW.0303", "clock"),
        ("APIGW.0307", "IAM user"),
    ],
)
async def test_an_admins_remedy_goes_to_the_admins(open_world: OpenWorld, code: str, remedy: str) -> None:
    """People in the request's channel cannot change the bot's rights; readers of `[notify]` and the log can."""
    async with open_world(AUDIT) as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        world.codearts.next_answer(Refuse(code))
        with capture_logs() as logs:
            await world.delete(TASK)
            notice = words(await world.latest("was not deleted", code, by=world.bob, in_=audit))
        assert remedy.lower() in notice.lower()
        assert [remedy.lower() in log["what_to_do"].lower() for log in logs if "what_to_do" in log] == [True]


@pytest.mark.parametrize("form", ["camel", "plain", "nested"])
async def test_an_error_is_understood_in_every_form_in_use(world: World, form: str) -> None:
    """Even if it comes with HTTP 200."""
    forms = {name: Refuse("CC.00050015", form=name) for name in ("camel", "plain", "nested")}
    world.codearts.next_answer(forms[form])
    await world.delete(TASK)
    await world.latest("was not deleted", "CC.00050015", "A check is running")


async def test_the_services_own_status_and_http_status_are_quoted(world: World) -> None:
    """Word for word, whatever they are."""
    world.codearts.next_answer(Refuse("CC.00050000", form="v3", message="The task has 200 branches or more."))
    await world.delete(TASK)
    await world.latest("status: error", "httpStatus: BAD_REQUEST", "The task has 200 branches or more.")


async def test_throttled_again_and_again_is_failed(world: World) -> None:
    """429 says that nothing was executed, so the bot tries a few times and then stops."""
    world.codearts.next_answer(*[Throttle(retry_after=0)] * 10)
    await world.delete(TASK)
    await world.latest("was not deleted", "APIGW.0308", "too many requests")
    assert 1 < world.codearts.count("DELETE") < 10
    assert TASK in world.codearts.tasks


async def test_throttled_once_is_tried_again_and_deleted(world: World) -> None:
    """Nobody needs to know."""
    world.codearts.next_answer(Throttle(retry_after=0))
    await world.delete(TASK)
    await world.latest("status: success", "webshop-frontend deleted")


async def test_accepted_and_then_deleted(world: World) -> None:
    """Accepted is not done: the channel is told both, and "deleted" only once the task is gone."""
    world.codearts.next_answer(Accept(gone_after=0.2))
    await world.delete(TASK)
    await world.latest("status: success", "httpStatus: ACCEPTED", "hasn't finished it")
    await world.latest("webshop-frontend deleted", "It was seen to be gone at")
    assert TASK not in world.codearts.tasks


async def test_accepted_and_never_seen_to_go_is_unknown(open_world: OpenWorld) -> None:
    """The service accepted the deletion, so the bot must not say that it failed."""
    async with open_world(timings=BRIEF) as world:
        world.codearts.next_answer(Accept(gone_after=None))
        prompt = await world.delete(TASK)
        await world.latest("still not known whether it was deleted", "the task is still there", "Please look in")
        assert buttons(world.now(prompt)) == []
        assert not [seen for seen in world.channel.messages if "webshop-frontend deleted" in words(seen)]


@pytest.mark.parametrize(
    "fault", [Drop(after_deleting=True), InternalError(deleted=True), InternalError(500, deleted=True)]
)
async def test_unknown_and_then_seen_to_have_gone_is_deleted(world: World, fault: Fault) -> None:
    """The answer was lost, or said nothing useful; a look-up tells."""
    world.codearts.next_answer(fault)
    await world.delete(TASK)
    await world.latest("not known yet whether it was deleted")
    await world.latest("webshop-frontend deleted", "It was seen to be gone at")
    assert world.codearts.count("DELETE") == 1


@pytest.mark.parametrize("fault", [Drop(), InternalError(), Garbage(), Refuse("CC.00050006"), Hang()])
async def test_unknown_and_still_there_at_the_end_is_failed(open_world: OpenWorld, fault: Fault) -> None:
    """Only once the time for look-ups is over, and without a second DELETE."""
    async with open_world(timings=BRIEF) as world:
        world.codearts.next_answer(fault)
        await world.delete(TASK)
        await world.latest("not known yet whether it was deleted")
        await world.latest("was not deleted", "The task is still there.")
        assert world.codearts.count("DELETE") == 1


@pytest.mark.parametrize("code", ["APIGW.0301", "IAM.0011"])
async def test_a_signature_error_is_told_without_what_the_gateway_quotes(
    world: World, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    """Its text can hold the canonical request or the access key: neither Slack nor the log shows it."""
    leak = f"verify aksk signature fail: canonical request DELETE /v3/task, access key {'AKSECRETSECRETSECRET'}"
    world.codearts.next_answer(Refuse(code, message=leak))
    await world.delete(TASK)
    await world.latest("was not deleted", code)
    await world.stop()

    log = capsys.readouterr().out
    assert "deletion called" in log
    posted = json.dumps([exchange.sent for exchange in world.slack.wire.exchanges if exchange.to == "slack"])
    for place in (log, posted):
        assert "AKSECRETSECRETSECRET" not in place
        assert "canonical" not in place
    assert world.codearts.count("DELETE") == 1


async def _cancelled(world: World) -> None:
    await world.ask(TASK)
    await world.alice.clicks("Cancel", on=world.channel)


async def _expired(world: World) -> None:
    await world.ask(TASK)


async def _deleted(world: World) -> None:
    await world.delete(TASK)


async def _failed(world: World) -> None:
    world.codearts.next_answer(Refuse("CC.00050015"))
    await world.delete(TASK)


async def _unknown(world: World) -> None:
    world.codearts.next_answer(Drop())
    await world.delete(TASK)


async def _accepted(world: World) -> None:
    world.codearts.next_answer(Accept(gone_after=None))
    await world.delete(TASK)


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (_cancelled, [CANCELLED]),
        (_expired, [EXPIRED]),
        (_deleted, ["webshop-frontend deleted"]),
        (_failed, ["was not deleted"]),
        (_unknown, ["was not deleted"]),
        (_accepted, ["still not known whether"]),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
async def test_every_outcome_is_told_once_everywhere_and_pings_the_requester_alone(
    open_world: OpenWorld, happens: object, told: list[str]
) -> None:
    """Also in the channels of `[notify]`, with a link to the prompt; no message appears twice."""
    timings = replace(BRIEF, ttl=400) if happens is _expired else BRIEF
    async with open_world(AUDIT, timings) as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        assert callable(happens)
        await happens(world)
        for text in told:
            notice = await world.latest(text, by=world.bob, in_=audit)
            assert f"/archives/{world.channel.id}/p" in words(notice)
        await world.stop()

        assert len(audit.messages) == len(told)
        everywhere = [*world.channel.messages, *audit.messages]
        for seen in (world.channel.messages, audit.messages):
            assert len({words(message) for message in seen}) == len(seen)
        said = "\n".join(words(message) for message in everywhere)
        assert set(re.findall(r"<@(\w+)>", said)) == {world.alice.id}
        assert not re.search(r"<!(?!date)", said)
