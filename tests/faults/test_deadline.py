"""A bot that is stopped just before its DELETE leaves, and wakes up when another has long done its work: sends nothing.

Its time limit is one on the monotonic clock, from before the lease was taken, and looked at last of all.
"""

import signal
import time

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from bot.codearts.auth import AkSkAuth
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.deletions.execution import Executor
from bot.domain.confirmation import Confirmation
from bot.domain.deletion import State
from bot.manifest import parsed_manifest
from bot.slack.delivery import SlackMessenger
from bot.slack.transport.bolt import slack_session, web_client
from bot.store.embedded import EmbeddedServer
from codecheck_sandbox.codearts import BOT, CodeArtsStandIn, InternalError
from codecheck_sandbox.slack import SlackStandIn
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, REVIEW, TASK, Rig
from tests.faults.wire import Point
from tests.store.rig import TIMINGS
from tests.store.rig import Rig as StoreRig

BY_TOKEN = {
    "HUAWEICLOUD_SDK_AK": "",
    "HUAWEICLOUD_SDK_SK": "",
    "CODEARTS_IAM_USER": BOT.user,
    "CODEARTS_IAM_PASSWORD": BOT.password,
    "CODEARTS_IAM_DOMAIN": BOT.domain,
}


async def must_wake_up_to_nothing(rig: Rig, point: Point) -> None:
    """The bot freezes at `point` of a confirmed deletion; another takes over and deletes; it wakes up."""
    frozen = rig.bots[0]
    rig.wire.at(point, lambda: frozen.signal(signal.SIGSTOP), pass_on=True)
    await rig.alice.clicks(CONFIRM, on=rig.channel)
    await rig.slack.until(lambda: point in rig.wire.happened)
    assert not rig.codearts.count("DELETE")
    await rig.start_bot()
    await rig.slack.until(lambda: rig.results("was deleted."), within=12)
    frozen.signal(signal.SIGCONT)
    frozen.signal(signal.SIGTERM)
    assert await frozen.ended() == 0  # so whatever it had to do is done
    assert rig.codearts.count("DELETE") == 1, "it has sent its own as well"
    await rig.must_have_ended(State.DELETED)
    assert len(rig.results("was deleted.")) == 1
    assert not rig.results("was not deleted.")


async def test_stopped_when_the_confirmation_was_recorded(world: Worlds) -> None:
    """Nothing is left to do but to send it, and it is too late for that."""
    async with world() as rig:
        await rig.ask()
        await rig.press(REVIEW, rig.at_step_2)
        await must_wake_up_to_nothing(rig, Point("redis advance", 2, "after"))


@pytest.mark.parametrize("side", ["before", "after"])
async def test_stopped_while_it_gets_a_token(world: Worlds, side: str) -> None:
    """The token that comes when it wakes up is no reason to go on."""
    async with world(environ=BY_TOKEN) as rig:
        rig.codearts.next_answer(
            *[InternalError(500)] * 2, to="POST"
        )  # so there is none when the deletion is asked for
        await rig.ask()
        await rig.press(REVIEW, rig.at_step_2)
        await must_wake_up_to_nothing(rig, rig.wire.next("codearts POST", "before" if side == "before" else "after"))


@pytest.mark.parametrize("left", [0, 10_000])
async def test_the_time_limit_runs_from_before_the_lease_was_taken(
    redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str, left: int
) -> None:
    """However late the process comes to send: the lease was running all the while. `left` are ms of its limit."""
    auth = AkSkAuth(BOT.access_key, SecretStr(BOT.secret_key), BOT.region_projects[0][0])
    async with (
        CodeArtsStandIn() as codearts,
        SlackStandIn(parsed_manifest()) as slack,
        http_client(codearts.url, auth) as http,
        slack_session() as session,
        StoreRig(redis_server.url, redis_client, redis_prefix) as rig,
    ):
        client = web_client(slack.bot_token, session, slack.api_url)
        conversation = SlackMessenger(client, session, "", Confirmation())
        executor = Executor(rig.store, conversation, CodeArtsCheck(http), TIMINGS)
        held_since = time.monotonic() - (TIMINGS.call - left) / 1_000
        called = await executor.send(await rig.executing(TASK), held_since, None)
        assert called.state is (State.DELETED if left else State.FAILED)
        assert codearts.count("DELETE") == len(codearts.deletions) == bool(left)
        await rig.store.close(called)
