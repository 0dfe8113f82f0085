"""Each way to sign in to CodeArts Check works through a whole deletion."""

from collections.abc import Mapping

import pytest

from codecheck_sandbox.codearts import BOT, DEVELOPER, TEMPORARY
from tests.fixtures.world import TASK, OpenWorld

NO_KEY = {"HUAWEICLOUD_SDK_AK": "", "HUAWEICLOUD_SDK_SK": ""}
BY_TOKEN = NO_KEY | {
    "CODEARTS_IAM_USER": BOT.user,
    "CODEARTS_IAM_PASSWORD": BOT.password,
    "CODEARTS_IAM_DOMAIN": BOT.domain,
}
TEMPORARY_KEY = {
    "HUAWEICLOUD_SDK_AK": TEMPORARY.access_key,
    "HUAWEICLOUD_SDK_SK": TEMPORARY.secret_key,
    "HUAWEICLOUD_SDK_SECURITY_TOKEN": TEMPORARY.security_token,
}


@pytest.mark.parametrize(
    ("environ", "user"),
    [
        ({}, BOT.user),
        (TEMPORARY_KEY, TEMPORARY.user),
        (BY_TOKEN, BOT.user),
        (BY_TOKEN | {"HUAWEICLOUD_SDK_PROJECT_ID": ""}, BOT.user),
    ],
    ids=["AK/SK", "temporary AK/SK", "IAM token", "IAM token for the region's project"],
)
async def test_every_way_of_signing_in_deletes(open_world: OpenWorld, environ: Mapping[str, str], user: str) -> None:
    """The gateway sees the bot's IAM user, and the service records Alice's operator."""
    async with open_world(environ=environ) as world:
        await world.delete(TASK)
        await world.latest("status: success", "httpStatus: OK")
        assert [(gone.by, gone.operator) for gone in world.codearts.deletions] == [(user, "alice")]


async def test_one_token_serves_many_requests(open_world: OpenWorld) -> None:
    """The token is cached, not requested again for each call."""
    async with open_world(environ=BY_TOKEN) as world:
        await world.delete(TASK)
        await world.latest("status: success")
        assert world.codearts.count("POST") == 1


async def test_a_wrong_password_is_told_and_nothing_is_deleted(open_world: OpenWorld) -> None:
    """Without a token no DELETE is sent."""
    async with open_world(environ=BY_TOKEN | {"CODEARTS_IAM_PASSWORD": "wrong-Password-1"}) as world:
        await world.ask(TASK)
        await world.review()
        await world.alice.clicks("Delete 897acf7a…", on=world.channel)
        await world.latest("was not deleted", "IAM refused the bot's sign-in")
        assert not world.codearts.count("DELETE")


async def test_a_user_without_the_permission_is_told_which_one(open_world: OpenWorld) -> None:
    """By default, developers may not delete."""
    key = {"HUAWEICLOUD_SDK_AK": DEVELOPER.access_key, "HUAWEICLOUD_SDK_SK": DEVELOPER.secret_key}
    async with open_world(environ=key) as world:
        await world.delete(TASK)
        await world.latest("was not deleted", "CC.00050010", "codeartscheck:task:delete")
        assert TASK in world.codearts.tasks
