"""What Slack says of people, and what becomes of it when it says nothing."""

import time
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Profile, Unseen
from bot.manifest import parsed_manifest
from bot.slack.directory import SlackDirectory
from bot.slack.transport.bolt import slack_session, web_client
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.slack.faults import ApiError, Fault, Hang, RateLimited, ServerError


@pytest.fixture
async def standin() -> AsyncIterator[SlackStandIn]:
    """A strict Slack with Alice, whose profile is full, and Bob, who has not confirmed his address."""
    async with SlackStandIn(parsed_manifest()) as slack:
        alice = slack.user("U01ALICE", "alice", email="alice@example.com", profile_fields={"Xf01": "alice.iam"})
        slack.user("U01BOB", "bob", email="bob@example.com", is_email_confirmed=False)
        slack.user("U01GUEST", "guest", is_ultra_restricted=True)
        slack.usergroup("S01", [alice])
        yield slack


@pytest.fixture
async def directory(standin: SlackStandIn) -> AsyncIterator[SlackDirectory]:
    """A directory that reads a field and a group."""
    async with slack_session() as session:
        yield SlackDirectory(web_client(standin.bot_token, session, standin.api_url), "Xf01", ["S01"])


async def test_what_is_read(standin: SlackStandIn, directory: SlackDirectory) -> None:
    """The account, a confirmed address, the custom field, and whether a group has them."""
    team = standin.workspace.team_id
    alice = await directory.look_up(SlackUser(team, "U01ALICE"))
    assert alice == Known(Profile(team, email="alice@example.com", field="alice.iam"), in_group=True)
    assert (await directory.look_up(SlackUser(team, "U01BOB"))).profile == Profile(team)
    assert (await directory.look_up(SlackUser(team, "U01GUEST"))).profile == Profile(team, guest=True)


async def test_what_is_remembered(standin: SlackStandIn, directory: SlackDirectory) -> None:
    """A second look-up is answered from memory and says so, unless a fresh answer is wanted."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    await directory.look_up(user)
    standin.workspace.users[user.id].deleted = True

    remembered, fresh = await directory.look_up(user), await directory.look_up(user, fresh=True)

    assert (remembered.cached, remembered.profile) == (
        True,
        Profile(user.team, email="alice@example.com", field="alice.iam"),
    )
    assert not fresh.cached
    assert isinstance(fresh.profile, Profile)
    assert fresh.profile.deactivated


@pytest.mark.parametrize(
    ("fault", "unseen"),
    [
        (ApiError("missing_scope"), Unseen.MAY_NOT_ASK),
        (ApiError("unknown_method"), Unseen.MAY_NOT_ASK),
        (ServerError(404), Unseen.MAY_NOT_ASK),
        (ServerError(405), Unseen.MAY_NOT_ASK),
        (ApiError("user_not_found"), Unseen.NO_ANSWER),
        (RateLimited(), Unseen.NO_ANSWER),
        (ServerError(), Unseen.NO_ANSWER),
        (Hang(), Unseen.NO_ANSWER),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Fault) else "",
)
async def test_no_answer_in_time_is_no_answer(
    standin: SlackStandIn, directory: SlackDirectory, fault: Fault, unseen: Unseen
) -> None:
    """Whatever Slack does, there is an answer well within the three seconds; no failure is remembered."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    for method in ("users.info", "usergroups.users.list"):
        standin.fail_next(method, fault)
    started = time.monotonic()

    known = await directory.look_up(user)

    assert (known.profile, known.in_group) == (unseen, unseen)
    assert time.monotonic() - started < 2.5  # the promise itself; the look-up is cut off after one second
    assert isinstance((await directory.look_up(user)).profile, Profile)


async def test_what_the_app_may_not_ask_is_logged_once(standin: SlackStandIn, directory: SlackDirectory) -> None:
    """An app installed with an older manifest says so in the log, not at every click."""
    user = SlackUser(standin.workspace.team_id, "U01ALICE")
    standin.fail_next("users.info", ApiError("missing_scope"), times=2)

    with capture_logs() as logs:
        await directory.look_up(user)
        await directory.look_up(user)

    assert [log["method"] for log in logs] == ["users.info"]
