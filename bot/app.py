"""The composition root: it alone builds clients, owns them, and lets go of them in order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from redis.asyncio import Redis
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import codearts_client
from bot.codearts.client import CodeArtsCheck
from bot.codearts.redaction import Redactor
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
from bot.observability.health import READY, Readiness, State
from bot.settings import Settings
from bot.settings.faults import Fault, SettingsError
from bot.slack.delivery import SlackMessenger
from bot.slack.directory import SlackDirectory
from bot.slack.listeners import Services, register
from bot.slack.transport.bolt import bolt_app, slack_answers, slack_session, web_client
from bot.slack.transport.events import Events
from bot.slack.transport.http import HttpApp, HttpServer, serve_http
from bot.slack.transport.listening import ListenError
from bot.slack.transport.sign_in import sign_in
from bot.slack.transport.socket_mode import serve_socket_mode
from bot.stopping import stop_requested
from bot.store.brakes import RedisBrakes
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import start_embedded
from bot.store.record import RedisRecord
from bot.store.replays import RedisReplays

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
    """Serve until a signal asks to stop, then finish what ends in time and leave the rest to another replica.

    Args:
        settings: all that can be set.
        timings: in place of those that the settings say.

    Raises:
        SettingsError: HOST or PORT cannot be listened on.
        BotError: it cannot start for another reason; the text says why and what to do.
    """
    stop, started = stop_requested(), asyncio.Event()

    async def serve() -> None:
        async with open_bot(settings, timings):
            started.set()
            await stop.wait()
            _log.info("stopping: no new work is taken, what is under way is finished")

    serving = asyncio.create_task(serve(), name="serve")
    asked = asyncio.create_task(_wait_for(stop), name="stop")
    await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    await cancel(asked)
    if stop.is_set() and not started.is_set():
        await cancel(serving)  # whatever the start is waiting for: nothing is under way yet
    else:
        await serving
    _log.info("stopped")


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()


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
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        events = None if settings.socket_mode else Events(secret)
        readiness = Readiness({"redis": _starting, "slack": _starting})
        http = await _listen(stack, settings, HttpApp(readiness, events))
        redis = await _redis(stack, settings)
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
        service = CodeArtsCheck(
            await stack.enter_async_context(codearts_client(settings)), redactor=Redactor(settings.secrets)
        )
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
        app = bolt_app(client, workspace, secret, None if settings.socket_mode else RedisReplays(redis, prefix=prefix))
        register(app, services, conversation, background, workspace.url)

        stack.push_async_callback(_drain, background, timings.drain / 1_000)
        sweeping = asyncio.create_task(sweep_forever(store, carrier, background, timings), name="sweep")
        stack.push_async_callback(cancel, sweeping)
        if settings.record.retention_days:
            trimming = asyncio.create_task(trim_forever(record, settings.record.retention_days), name="trim")
            stack.push_async_callback(cancel, trimming)
        readiness.watch("redis", partial(_redis_answers, redis))
        await _serve(stack, settings, app, client, readiness, events, http)
        _log.info("serving", workspace=workspace.name, transport="socket" if settings.socket_mode else "http")
        saying = asyncio.create_task(_say_when_ready(readiness), name="ready")
        stack.push_async_callback(cancel, saying)
        yield Bot(http.host, http.port)


async def _redis(stack: AsyncExitStack, settings: Settings) -> Redis:
    """The shared Redis; without one, the embedded server, which outlives the bot on purpose."""
    url = settings.redis_url.get_secret_value() if settings.redis_url else None
    if url is None:
        url = (await start_embedded(settings.data_dir)).url
    client = connect(url)
    stack.push_async_callback(client.aclose)
    return client


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


async def _listen(stack: AsyncExitStack, settings: Settings, app: HttpApp) -> HttpServer:
    """Answer health checks from the start."""
    try:
        return await stack.enter_async_context(serve_http(app, settings.host, settings.port))
    except ListenError as error:
        raise SettingsError([Fault(error.setting, error.what, error.cure)]) from None


async def _serve(  # noqa: PLR0913, PLR0917 - it joins what the bot consists of
    stack: AsyncExitStack,
    settings: Settings,
    app: AsyncApp,
    client: AsyncWebClient,
    readiness: Readiness,
    events: Events | None,
    http: HttpServer,
) -> None:
    """Take what Slack sends."""
    if settings.slack_app_token is not None:
        token = settings.slack_app_token.get_secret_value()
        socket = await stack.enter_async_context(serve_socket_mode(app, token, client))
        readiness.watch("slack", socket.state)
    elif events is not None:
        events.app = app
        readiness.watch("slack", partial(slack_answers, client))
        stack.push_async_callback(http.stop)


async def _starting() -> State:
    return State(ready=False, reason="starting")


async def _redis_answers(redis: Redis) -> State:
    await redis.ping()
    return READY


async def _say_when_ready(readiness: Readiness) -> None:
    await readiness.until_ready()
    _log.info("ready")


async def _drain(background: Background, seconds: float) -> None:
    if left := await background.drain(seconds):
        _log.warning("left to another replica", deletions=left)
