"""The composition root: it alone builds clients, owns them, and lets go of them in order."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import codearts_client
from bot.codearts.client import CodeArtsCheck
from bot.deletions.background import Background, cancel
from bot.deletions.freezing import Braking
from bot.deletions.history import LookingBack
from bot.deletions.people import People
from bot.deletions.refusals import Refusals
from bot.deletions.requests import Deletions
from bot.deletions.runner import Runner
from bot.deletions.sweeper import sweep_forever, trim_forever
from bot.domain.brakes import Limits
from bot.domain.next_step import Timings
from bot.domain.policy import Policy
from bot.observability.health import Readiness
from bot.settings import Settings
from bot.slack.delivery import SlackMessenger
from bot.slack.directory import SlackDirectory
from bot.slack.listeners import Services, register
from bot.slack.transport.bolt import bolt_app, sign_in, signed_in, slack_session, web_client
from bot.slack.transport.http import health_app, http_app, serve_http
from bot.slack.transport.socket_mode import serve_socket_mode
from bot.store.brakes import RedisBrakes
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import open_embedded
from bot.store.record import RedisRecord

Check = Callable[[], Awaitable[bool]]  # of readiness

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that serves.

    Args:
        host: where it listens, for Slack or for health checks alone.
        port: the same.
    """

    host: str
    port: int


async def run(settings: Settings, timings: Timings | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then finish what ends in time and leave the rest to another replica.

    Args:
        settings: all that can be set.
        timings: in place of those that the settings say.

    Raises:
        BotError: it cannot start; the text says why and what to do.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with open_bot(settings, timings):
        await stopping.wait()
        _log.info("stopping: no new work is taken, what is under way is finished")
    _log.info("stopped")


@asynccontextmanager
async def open_bot(settings: Settings, timings: Timings | None = None) -> AsyncIterator[Bot]:
    """Build the bot and let it serve while the block lasts.

    The way out is the way in reversed: first nothing new is taken, then what is due is no longer looked for, then what
    is under way is finished, and only then do the clients close.

    Raises:
        BotError: it cannot start; the text says why and what to do.
    """
    timings = timings or settings.timings
    background = Background()
    async with AsyncExitStack() as stack:
        redis, checks = await _redis(stack, settings)
        session = await stack.enter_async_context(slack_session())
        client = web_client(settings.slack_bot_token.get_secret_value(), session, settings.slack_api_url)
        workspace = await sign_in(client)
        prefix = settings.redis_prefix
        limits = Limits(settings.limits.deletions_per_hour, settings.limits.deletions_per_hour_per_person)
        store = RedisDeletionStore(
            redis, prefix=prefix, timings=timings, wait_replicas=settings.redis.wait_replicas, limits=limits
        )
        record, brakes = RedisRecord(redis, prefix=prefix), RedisBrakes(redis, prefix=prefix)
        conversation = SlackMessenger(client, session, workspace.url, settings.confirmation.in_domain)
        service = CodeArtsCheck(await stack.enter_async_context(codearts_client(settings)))
        policy = _policy(settings, workspace.team)
        directory = SlackDirectory(client, settings.operators_from.profile_field, settings.allow.usergroups)
        people = People(directory, policy)
        carrier = Runner(store, conversation, service, timings, brakes, settings.notify.channels)
        refusals = Refusals(record, brakes, conversation, background, policy)
        services = Services(
            Deletions(store, carrier, background, people, policy, timings, refusals),
            Braking(brakes, refusals, policy, timings),
            LookingBack(store, record, refusals, people, policy, timings),
        )
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        app = bolt_app(client, workspace, secret)
        register(app, services, conversation, background, workspace.url)

        stack.push_async_callback(_drain, background, timings.drain / 1_000)
        sweeping = asyncio.create_task(sweep_forever(store, carrier, background, timings), name="sweep")
        stack.push_async_callback(cancel, sweeping)
        if settings.record.retention_days:
            trimming = asyncio.create_task(trim_forever(record, settings.record.retention_days), name="trim")
            stack.push_async_callback(cancel, trimming)
        bot = await _serve(stack, settings, app, client, checks)
        _log.info("ready", workspace=workspace.name, transport="socket" if settings.socket_mode else "http")
        yield bot


async def _redis(stack: AsyncExitStack, settings: Settings) -> tuple[Redis, dict[str, Check]]:
    """A client of the shared Redis or, without one, of the embedded server; and what readiness asks of it."""
    checks: dict[str, Check] = {}
    if settings.redis_url:
        url = settings.redis_url.get_secret_value()
    else:
        server = await stack.enter_async_context(open_embedded(settings.data_dir))
        url, checks["data"] = server.url, server.ready
    client = connect(url)
    stack.push_async_callback(client.aclose)

    async def redis_answers() -> bool:
        return bool(await client.ping())

    return client, {"redis": redis_answers, **checks}


def _policy(settings: Settings, team: str) -> Policy:
    return Policy(
        team,
        settings.operators,
        settings.allow.users,
        settings.allow.channels,
        admins=settings.allow.admins,
        usergroups=settings.allow.usergroups,
        email_domain=settings.operators_from.email_domain,
        profile_field=settings.operators_from.profile_field,
        confirmation=settings.confirmation.in_domain,
    )


async def _serve(
    stack: AsyncExitStack, settings: Settings, app: AsyncApp, client: AsyncWebClient, checks: dict[str, Check]
) -> Bot:
    """Take what Slack sends, and answer health checks."""
    slack_answers: Check
    if settings.slack_app_token is not None:
        token = settings.slack_app_token.get_secret_value()
        socket = await stack.enter_async_context(serve_socket_mode(app, token, client))
        slack_answers = socket.connected
    else:

        async def slack_answers() -> bool:
            return await signed_in(client)

    readiness = Readiness({**checks, "slack": slack_answers})
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    served = health_app(readiness) if settings.socket_mode else http_app(app, secret, readiness)
    http = await stack.enter_async_context(serve_http(served, settings.host, settings.port))
    return Bot(http.host, http.port)


async def _drain(background: Background, seconds: float) -> None:
    if left := await background.drain(seconds):
        _log.warning("left to another replica", deletions=left)
