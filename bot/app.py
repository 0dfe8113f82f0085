"""The composition root: the only place that builds clients, owns them, and closes them in order."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients import codearts_client
from bot.codearts.client import CodeArtsCheck
from bot.codearts.redaction import Redactor
from bot.deletions.actions import Actions
from bot.deletions.approvers import Approvers
from bot.deletions.authorizer import Authorizer
from bot.deletions.background import Background, cancel
from bot.deletions.execution import Execution
from bot.deletions.freeze_spread import FreezeSpread
from bot.deletions.freezing import Freezing
from bot.deletions.history import History
from bot.deletions.outbox import Outbox
from bot.deletions.refusals import Refusals
from bot.deletions.requests import Requests
from bot.deletions.runner import Runner
from bot.deletions.storage_watch import StorageWatch
from bot.deletions.sweeper import count_forever, seal_forever, sweep_forever, trim_forever
from bot.domain.rate_limits import Limits
from bot.domain.timings import Timings
from bot.observability.backlog import Backlog
from bot.observability.exposition import Exposition
from bot.observability.health import READY, Readiness, State
from bot.observability.measured.audit_log import MeasuredAuditLog
from bot.observability.measured.deletion_store import MeasuredDeletionStore
from bot.observability.measured.task_service import MeasuredTaskService
from bot.observability.metrics import LIMITS
from bot.observability.pulse import Pulse
from bot.settings import Settings
from bot.settings.faults import Fault, SettingsError
from bot.slack.delivery import SlackMessenger
from bot.slack.directory import SlackDirectory
from bot.slack.health import SlackHealth
from bot.slack.listeners import register
from bot.slack.registry import subcommand_names
from bot.slack.services import Services
from bot.slack.transport.bolt import bolt_app, slack_answers, slack_session, web_client
from bot.slack.transport.events import Events
from bot.slack.transport.http import HttpApp, HttpServer, serve_http
from bot.slack.transport.listening import ListenError
from bot.slack.transport.sign_in import Workspace, sign_in
from bot.slack.transport.slack_clock import SlackClock
from bot.slack.transport.socket_mode import serve_socket_mode
from bot.slack.views.from_deletion import Links
from bot.slack.views.shown_clock import shift_times
from bot.stopping import stop_requested
from bot.store.audit import RedisAuditLog
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import open_embedded
from bot.store.freeze import RedisFreeze
from bot.store.memory import Memory
from bot.store.probe import redis_works
from bot.store.redis_calls import RedisCalls
from bot.store.replays import RedisReplays
from bot.store.schema import Keys
from bot.store.vitals import RedisVitals

_MISSED_SWEEP = 20  # seconds without a sweep until `/readyz` reports it; a sweep takes milliseconds

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Bot:
    """A running bot.

    Args:
        host: where it listens, for Slack or for health checks only.
        port: the same.
    """

    host: str
    port: int


async def run(settings: Settings, timings: Timings | None = None) -> None:
    """Serve until a signal asks it to stop, then finish what can end in time and leave the rest to another replica.

    Args:
        settings: every setting.
        timings: used instead of those from the settings.

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
        await cancel(serving)  # the start may still be waiting for something, but no work is under way yet
    else:
        await serving
    _log.info("stopped")


async def _wait_for(event: asyncio.Event) -> None:
    await event.wait()


@asynccontextmanager
async def open_bot(settings: Settings, timings: Timings | None = None) -> AsyncIterator[Bot]:
    """Build the bot and serve for as long as the block lasts.

    It stops in the reverse order: it takes nothing new, stops looking for due deletions, finishes what is under way,
    and only then closes its clients.

    Raises:
        BotError: it cannot start; the text says why and what to do.
    """
    timings = timings or settings.timings
    async with AsyncExitStack() as stack:
        await _trace(stack, settings)
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        events = None if settings.socket_mode else Events(secret)
        readiness = Readiness({"redis": _starting, "slack": _starting})
        exposition = Exposition(readiness)
        http = await _listen(stack, settings, HttpApp(readiness, events, exposition))
        redis = await _redis(stack, settings, readiness)
        slack_clock = SlackClock()
        session = await stack.enter_async_context(slack_session(slack_clock))
        client = web_client(settings.slack_bot_token.get_secret_value(), session, settings.slack_api_url)
        client.proxy = settings.proxies.proxy_for(settings.slack_api_url)  # slack_sdk reads the environment by itself
        workspace = await sign_in(client)
        health = SlackHealth()
        readiness.watch("slack app", health.state)
        links = Links(workspace.url, settings.codearts.console_url)
        messenger = SlackMessenger(client, session, links, health, settings.proxies.proxy_for)
        background = Background()
        services = await _services(
            stack,
            settings,
            timings,
            redis,
            client,
            workspace,
            messenger,
            background,
            health,
            slack_clock,
            readiness,
            exposition,
        )
        if events is not None:
            events.replays = RedisReplays(redis)
        app = bolt_app(client, workspace, secret, subcommands=subcommand_names())
        register(app, services, messenger, background)
        await _serve(stack, settings, app, client, slack_clock, readiness, events, http)
        _log.info("serving", workspace=workspace.name, transport="socket" if settings.socket_mode else "http")
        await _run(stack, _say_when_ready(readiness), "ready")
        yield Bot(http.host, http.port)


async def _trace(stack: AsyncExitStack, settings: Settings) -> None:
    """Send traces, if they are switched on; of all that is closed at the end, they come last."""
    if settings.traces == "off":
        return
    from bot.observability.tracing import open_tracing  # noqa: PLC0415 - only an installation with the extra has it

    headers = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    await stack.enter_async_context(open_tracing(headers))


async def _services(  # noqa: PLR0913, PLR0917 - it wires up all the parts of the bot
    stack: AsyncExitStack,
    settings: Settings,
    timings: Timings,
    redis: RedisCalls,
    client: AsyncWebClient,
    workspace: Workspace,
    messenger: SlackMessenger,
    background: Background,
    health: SlackHealth,
    slack_clock: SlackClock,
    readiness: Readiness,
    exposition: Exposition,
) -> Services:
    """The application, with its background work while it is open."""
    limits = Limits(settings.limits.deletions_per_hour, settings.limits.deletions_per_hour_per_person)
    sweeps = Pulse(within=_MISSED_SWEEP)
    redis_store = RedisDeletionStore(redis, timings, limits, wait_replicas=settings.redis.wait_replicas)
    store = MeasuredDeletionStore(redis_store, sweeps.beat)
    audit, freezes = MeasuredAuditLog(RedisAuditLog(redis)), RedisFreeze(redis)
    check = CodeArtsCheck(
        await stack.enter_async_context(codearts_client(settings)),
        redactor=Redactor(settings.secrets),
        projects=settings.codearts.projects,
    )
    service = MeasuredTaskService(check)
    directory = SlackDirectory(
        client,
        settings.operators_from.profile_field,
        settings.allow.usergroups,
        health=health,
        org_wide=workspace.org_wide,
    )
    authorizer = Authorizer(directory, settings.access_policy(workspace.installation))
    refusals = Refusals(audit, background, messenger, settings.allow.admins)
    second_person = settings.second_person.in_domain
    rules = settings.safeguards
    runner = Runner(
        store,
        Outbox(messenger, store),
        Execution(store, audit, service, authorizer, timings, rules),
        service,
        background,
        timings=timings,
        notify=settings.notify.channels,
        approvers=Approvers(authorizer, directory, second_person.ask),
        second_person=second_person,
    )
    requests = Requests(
        store,
        audit,
        freezes,
        authorizer,
        service,
        runner,
        refusals,
        rules=rules,
        timings=timings,
        second_person=second_person,
    )
    actions = Actions(store, authorizer, runner, rules, refusals, service, timings)
    spread = FreezeSpread(freezes, store, runner, messenger, background, notify=settings.notify.channels)
    freezing = Freezing(freezes, authorizer, refusals, spread)
    history = History(store, audit, freezes, authorizer, refusals, rules)

    stack.push_async_callback(_drain, background, refusals, timings.drain / 1_000)
    watch = StorageWatch(
        RedisVitals(redis),
        Memory.of(settings),
        store,
        start=runner.start,
        spread=spread.start,
        wall=slack_clock.wall,
        shift=shift_times,
        timings=timings,
    )
    readiness.watch("storage", partial(_noted, watch))
    await _run(stack, sweep_forever(store, runner, watch, timings), "sweep")
    readiness.watch("sweep", sweeps.state)
    exposition.refresh_by(Backlog(redis_store, freezes, settings.notify.channels).refresh)
    LIMITS.labels("everyone").set(limits.per_hour)
    LIMITS.labels("person").set(limits.per_hour_per_person)
    await _run(stack, seal_forever(audit, timings), "seal")
    await _run(stack, count_forever(refusals), "count refusals")
    if settings.record.retention_days:
        await _run(stack, trim_forever(audit, settings.record.retention_days), "trim")
    return Services(requests, actions, freezing, history, messenger.links, settings.allow.admins)


async def _run(stack: AsyncExitStack, work: Coroutine[None, None, None], name: str) -> None:
    """Run something in the background until the stack is closed."""
    stack.push_async_callback(cancel, asyncio.create_task(work, name=name))


async def _redis(stack: AsyncExitStack, settings: Settings, readiness: Readiness) -> RedisCalls:
    """The shared Redis or, without one, the embedded server."""
    if settings.redis_url:
        url = settings.redis_url.get_secret_value()
    else:
        server = await stack.enter_async_context(open_embedded(settings.data_dir))
        url = server.url

        async def data_is_there() -> State:
            return READY if await server.ready() else State(ready=False, reason="the embedded server is not in order")

        readiness.watch("data", data_is_there)
    client = connect(url)
    stack.push_async_callback(client.aclose)
    redis = RedisCalls(client, Keys(settings.redis_prefix))
    readiness.watch("redis", partial(redis_works, redis))
    return redis


async def _listen(stack: AsyncExitStack, settings: Settings, app: HttpApp) -> HttpServer:
    """Answer health checks from the start."""
    try:
        return await stack.enter_async_context(serve_http(app, settings.host, settings.port))
    except ListenError as error:
        raise SettingsError([Fault(error.setting, error.what, error.hint)]) from None


async def _serve(  # noqa: PLR0913, PLR0917 - it wires up all the parts of the bot
    stack: AsyncExitStack,
    settings: Settings,
    app: AsyncApp,
    client: AsyncWebClient,
    slack_clock: SlackClock,
    readiness: Readiness,
    events: Events | None,
    http: HttpServer,
) -> None:
    """Receive what Slack sends."""
    if settings.slack_app_token is not None:
        token = settings.slack_app_token.get_secret_value()
        proxy_for = settings.proxies.proxy_for
        socket = await stack.enter_async_context(serve_socket_mode(app, token, client, proxy_for=proxy_for))
        readiness.watch("slack", socket.state)
    elif events is not None:
        events.app = app
        readiness.watch("slack", partial(slack_answers, client, slack_clock))
        stack.push_async_callback(http.stop)


async def _starting() -> State:
    return State(ready=False, reason="starting")


async def _noted(watch: StorageWatch) -> State:
    """What an operator should know about the storage. The bot stays ready, so that an admin can act in Slack."""
    return State(ready=True, reason=watch.note)


async def _say_when_ready(readiness: Readiness) -> None:
    await readiness.until_ready()
    _log.info("ready")


async def _drain(background: Background, refusals: Refusals, seconds: float) -> None:
    if left := await background.drain(seconds):
        _log.warning("left to another replica", deletions=left)
    await refusals.record_repeated(all_of_them=True)
