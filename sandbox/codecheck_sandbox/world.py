"""A small world on this machine: people in a Slack, tasks in a CodeArts Check, and the real bot between them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from codecheck_sandbox.bot_process import RUN, BotProcess
from codecheck_sandbox.codearts import BOT, CodeArtsStandIn
from codecheck_sandbox.codearts.accounts import REGION_PROJECT
from codecheck_sandbox.slack import Channel, Person, SlackStandIn

OPERATORS = {"U01ALICE": "alice", "U01BOB": "bob"}


@dataclass(frozen=True, slots=True)
class World:
    """The parts of the world.

    Args:
        slack: the stand-in Slack.
        codearts: the stand-in CodeArts Check.
        bot: the bot's process.
        alice: has the operator `alice`.
        bob: a colleague, with the operator `bob`.
        carol: a colleague without an operator.
        channel: `#code-quality`, in which all of them and the bot are.
    """

    slack: SlackStandIn
    codearts: CodeArtsStandIn
    bot: BotProcess
    alice: Person
    bob: Person
    carol: Person
    channel: Channel


@asynccontextmanager
async def open_world(  # noqa: PLR0913 - a world has many parts; all but three have defaults
    manifest: Mapping[str, object],
    redis_url: str,
    folder: Path,
    *,
    socket_mode: bool,
    toml: str = "",
    command: Sequence[str] = RUN,
) -> AsyncIterator[World]:
    """Start the stand-ins and the bot; everything stops at the end of the block.

    Args:
        manifest: the bot's manifest, parsed.
        redis_url: the Redis to use.
        folder: an empty folder for the bot's codecheck.toml.
        socket_mode: whether the bot uses Socket Mode instead of HTTP.
        toml: more tables for codecheck.toml.
        command: what to run instead of `codecheck-bot run`.
    """
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(manifest))
        codearts = await stack.enter_async_context(CodeArtsStandIn())
        (folder / "codecheck.toml").write_text(_operators() + toml)
        bot = BotProcess(settings(slack, codearts, redis_url, socket_mode=socket_mode), folder, command)
        stack.push_async_callback(_stop, bot)
        await bot.start()
        if not socket_mode:
            slack.connect_http(f"{bot.url}/slack/events")
        alice, bob, carol = (slack.user(f"U01{name.upper()}", name) for name in ("alice", "bob", "carol"))
        channel = slack.channel("C01QUALITY", "code-quality", members=[alice, bob, carol])
        yield World(slack, codearts, bot, alice, bob, carol, channel)


def settings(slack: SlackStandIn, codearts: CodeArtsStandIn, redis_url: str, *, socket_mode: bool) -> dict[str, str]:
    """The environment with which the bot finds the stand-ins."""
    transport = {"SLACK_APP_TOKEN": slack.app_token} if socket_mode else {"SLACK_SIGNING_SECRET": slack.signing_secret}
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "REDIS_URL": redis_url,
        "CODEARTS_ENDPOINT": codearts.url,
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": codearts.url,
        "HUAWEICLOUD_SDK_AK": BOT.access_key,
        "HUAWEICLOUD_SDK_SK": BOT.secret_key,
        "HUAWEICLOUD_SDK_PROJECT_ID": REGION_PROJECT,
        **transport,
    }


def _operators() -> str:
    lines = [f"{user} = {json.dumps(operator)}" for user, operator in OPERATORS.items()]
    return "\n".join(["[operators]", *lines, ""])


async def _stop(bot: BotProcess) -> None:
    if bot.running:
        await bot.terminate()
