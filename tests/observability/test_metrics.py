"""`/metrics`: what a scraper reads of a bot that works."""

import asyncio
import math

import aiohttp

from bot.observability.metrics import REGISTRY
from codecheck_sandbox.codearts import Hang
from codecheck_sandbox.slack.faults import RESPONSE_URL, ServerError
from tests.fixtures.world import ANOTHER_TASK, QUICK, TASK, OpenWorld, World
from tests.observability.scraped import grown, of, scrape
from tests.slack.waiting import until


async def test_a_deletion_is_measured_from_end_to_end(open_world: OpenWorld) -> None:
    """One conversation is one command, two buttons, one request, one outcome, and a time for each stretch."""
    async with open_world("[confirmation]\ndwell_seconds = 0") as world:
        port = world.bots[0].port
        before = await scrape(port)
        await world.delete()
        await world.latest("status: success")

        async def counted() -> bool:
            return grown(before, await scrape(port), "deletions_total", outcome="deleted") == 1

        await until(counted)
        after = await scrape(port)
        assert {
            name: grown(before, after, name, **labels)
            for name, labels in {
                "commands_total": {"subcommand": "delete"},
                "requests_total": {},
                "confirmation_to_outcome_seconds_count": {"outcome": "deleted"},
                "command_to_prompt_seconds_count": {},
                "acknowledgement_seconds_count": {"surface": "button"},
            }.items()
        } == {
            "commands_total": 1,
            "requests_total": 1,
            "confirmation_to_outcome_seconds_count": 1,
            "command_to_prompt_seconds_count": 1,
            "acknowledgement_seconds_count": 2,
        }
        took = grown(before, after, "acknowledgement_seconds_sum", surface="command")
        assert took > 0.001, "so quickly nothing can have been looked up and recorded"
        for action in ("deletion.review", "deletion.confirm"):
            assert grown(before, after, "actions_total", action=action) == 1
        assert grown(before, after, "service_seconds_count", call="delete", result="deleted") == 1
        assert grown(before, after, "service_seconds_count", call="look_up", result="exists") == 2
        assert grown(before, after, "codearts_request_seconds_count", method="DELETE", result="2xx") == 1
        assert grown(before, after, "slack_call_seconds_count", method="chat.postMessage", result="ok") >= 2
        assert grown(before, after, "redis_call_seconds_count", result="ok") > 5
        assert of(after, "last_sweep_timestamp_seconds") > 1_700_000_000
        assert of(after, "ready", probe="sweep") == 1
        assert of(after, "limit_per_hour", scope="everyone") >= 0


async def test_the_time_until_an_acknowledgement_includes_the_work_before_it(world: World) -> None:
    """If the look-up takes its whole time, so does the acknowledgement."""
    port = world.bots[0].port
    before = await scrape(port)
    world.codearts.always_answer(Hang(), to="GET")
    await world.ask()
    after = await scrape(port)
    waited = grown(before, after, "acknowledgement_seconds_sum", surface="command")
    assert waited >= QUICK.facts / 1_000


async def test_what_waits_is_shown(open_world: OpenWorld) -> None:
    """A deletion that waits for its first confirmation is pending in its state, and has an age."""
    async with open_world() as world:
        await world.ask()
        scraped = await scrape(world.bots[0].port)
        assert of(scraped, "pending", state="requested") == 1
        assert of(scraped, "pending", state="executing") == 0
        assert of(scraped, "oldest_pending_seconds") > 0
        assert of(scraped, "frozen") == 0


async def test_the_freeze_is_shown(open_world: OpenWorld) -> None:
    """So that a freeze that someone has forgotten can be alerted on."""
    async with open_world('[allow]\nadmins = ["U01ALICE"]') as world:
        await world.alice.types("/codecheck freeze drill", in_=world.channel)
        assert of(await scrape(world.bots[0].port), "frozen") == 1


async def test_what_slack_does_not_take_is_in_the_outbox(open_world: OpenWorld) -> None:
    """While Slack takes no message, the outbox has one that grows old."""
    async with open_world() as world:
        world.slack.faults.fail_always("chat.postMessage", ServerError())
        world.slack.faults.fail_always(RESPONSE_URL, ServerError())
        asking = asyncio.create_task(world.alice.types(f"/codecheck delete {TASK}", in_=world.channel))

        async def owed() -> bool:
            scraped = await scrape(world.bots[0].port)
            return of(scraped, "outbox_length") == 1 and of(scraped, "outbox_age_seconds") > 0

        await until(owed)
        await asking


async def test_refusals_are_counted_by_reason(world: World) -> None:
    """Each of them, also those that the audit log counts together."""
    port = world.bots[0].port
    before = await scrape(port)
    for _ in range(3):
        await world.carol.types(f"/codecheck delete {TASK}", in_=world.channel)
    await world.stop()  # what was only counted so far is recorded now
    await world.start_replica()
    after = await scrape(world.bots[0].port)
    assert grown(before, after, "refusals_total", reason="no_operator") == 3


async def test_no_label_holds_what_people_type(world: World) -> None:
    """An unknown subcommand counts as `other`; no task, person, channel or deletion is in any label."""
    port = world.bots[0].port
    before = await scrape(port)
    for typed in ("purge everything", "DELETE", "", f"delete {ANOTHER_TASK} because-I-say-so", "show-me"):
        await world.alice.types(f"/codecheck {typed}", in_=world.channel)
    after = await scrape(port)
    assert grown(before, after, "commands_total", subcommand="other") == 2
    assert grown(before, after, "commands_total", subcommand="delete") == 2
    assert grown(before, after, "commands_total", subcommand="help") == 1
    values = {value for _, labels in after for _, value in labels}
    for unbounded in ("purge", ANOTHER_TASK, "because", "U01ALICE", "C01QUALITY", "alice"):
        assert not [value for value in values if unbounded in value]


async def test_redis_away_makes_gauges_unknown_and_not_stale(open_world: OpenWorld) -> None:
    """Nobody must read an old figure for the present one; the page still answers, and says that Redis is away."""
    async with open_world(environ={"REDIS_URL": "redis://127.0.0.1:1"}) as world:
        scraped = await scrape(world.bots[0].port)
        assert math.isnan(of(scraped, "frozen"))
        assert math.isnan(of(scraped, "pending", state="requested"))
        assert of(scraped, "ready", probe="redis") == 0


async def test_the_format_is_negotiated(world: World) -> None:
    """A Prometheus that asks for OpenMetrics gets it; HEAD answers without a body; POST is refused."""
    url = f"http://127.0.0.1:{world.bots[0].port}/metrics"
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Accept": "application/openmetrics-text; version=1.0.0"}) as answer:
            assert answer.content_type == "application/openmetrics-text"
            assert (await answer.text()).endswith("# EOF\n")
        async with session.head(url) as answer:
            assert (answer.status, await answer.read()) == (200, b"")
        async with session.post(url) as answer:
            assert answer.status == 405


def test_every_metric_says_what_it_is() -> None:
    """A name under one prefix, and a sentence."""
    for metric in REGISTRY.collect():
        assert metric.name.startswith(("codecheck_", "process_"))
        assert metric.documentation.endswith(".") or metric.name.startswith("process_") or "version" in metric.name


async def test_what_alerts_look_for_starts_at_zero(world: World) -> None:
    """Prometheus sees no increase in a counter that appears with 1, so the first unknown outcome would be missed."""
    scraped = await scrape(world.bots[0].port)
    for outcome in ("unknown_final", "failed", "deleted"):
        assert ("codecheck_deletions_total", frozenset({("outcome", outcome)})) in scraped
    for scope in ("everyone", "person"):
        assert ("codecheck_limits_reached_total", frozenset({("scope", scope)})) in scraped
