"""The bot's Home tab: what a person can confirm and what they have asked for, drawn each time they open it."""

import json
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.deletions.ports import Change, NewDeletion
from bot.domain.deletion import Delivery, Prompt
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.rules import Safeguards
from bot.domain.timings import Timings
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from codecheck_sandbox.slack import Message, RateLimited
from tests.fixtures.world import ANOTHER_TASK, OpenWorld, World
from tests.wire.proxy import Proxy

BY_OTHERS = '[confirmation]\nsecond_step = "second_person"\n'
BOTH = '[[rules]]\nmatch = { names = ["webshop-frontend"] }\nsecond_step = "second_person"\n'
PERMALINK = re.compile(r"/archives/(\w+)/p(\d{10})(\d{6})\|see the request>")


@pytest.fixture
async def office(open_world: OpenWorld) -> AsyncIterator[World]:
    """A world in which someone else confirms."""
    async with open_world(BY_OTHERS) as world:
        yield world


def linked(world: World, page: str) -> Message:
    """The message that the first link on a page leads to."""
    found = PERMALINK.search(page)
    assert found is not None, page
    message = world.slack.workspace.channels[found[1]].message(f"{found[2]}.{found[3]}")
    assert message is not None
    return message


async def test_an_approver_finds_a_request_follows_it_and_confirms(office: World) -> None:
    """Opened before the request, while it waits, and once it is confirmed: each time the page is as things are."""
    assert "Nothing is waiting for your confirmation." in await office.home(office.bob)
    prompt = await office.ask(reason="replaced by shop2")
    assert "Nothing is waiting for your confirmation." in await office.home(office.bob)
    await office.review()

    page = await office.home(office.bob)

    assert "Waiting for your confirmation: 1" in page
    assert "webshop-frontend · needs a second person until" in page
    assert "<@U01ALICE> as operator alice: “replaced by shop2”" in page
    assert linked(office, page).ts == prompt.ts
    await office.bob.clicks("Delete webshop-frontend", on=linked(office, page))
    await office.latest("status: success")
    assert "Nothing is waiting for your confirmation." in await office.home(office.bob)


async def test_nobody_finds_their_own_request_among_those_to_confirm(office: World) -> None:
    """It is listed as their own, with the same words; `/codecheck pending mine` says the same."""
    await office.ask()
    await office.review()
    typed = await office.alice.types("/codecheck pending mine", in_=office.channel)

    for page in (await office.home(office.alice), typed.text):
        assert "Nothing is waiting for your confirmation." in page
        assert "Your own requests: 1" in page
        assert "webshop-frontend · needs a second person until" in page


async def test_both_kinds_on_one_page(open_world: OpenWorld) -> None:
    """Bob can confirm Alice's request, and has one of his own, which nobody else can confirm."""
    async with open_world(BOTH) as world:
        await world.ask()
        await world.review()
        await world.ask(ANOTHER_TASK, by=world.bob)
        page = await world.home(world.bob)
        assert page.index("Waiting for your confirmation: 1") < page.index("webshop-frontend")
        assert page.index("Your own requests: 1") < page.index("webshop-search-old · needs a review until")
        assert "webshop-search-old" not in await world.home(world.alice)


async def test_it_says_when_it_was_drawn_and_what_to_do_if_there_is_nothing(office: World) -> None:
    """The time is this machine's, with the seconds."""
    before = int(time.time())
    page = await office.home(office.alice)
    drawn = re.search(r"As of <!date\^(\d+)\^[^|]*time_secs[^>]*>", page)
    assert drawn is not None
    assert before <= int(drawn[1]) <= time.time()
    assert "/codecheck delete &lt;task_id&gt; in a channel" in page
    assert "No request of yours is waiting." in page


async def test_someone_without_an_operator_reads_how_to_get_access(open_world: OpenWorld) -> None:
    """A plain page: no list, not even an empty one. Looking is not recorded as a refusal."""
    async with open_world('[allow]\nadmins = ["U01BOB"]\n' + BY_OTHERS) as world:
        await world.ask()
        await world.review()
        page = await world.home(world.carol)
        assert "no CodeArts user is set for you" in page
        assert "Ask <@U01BOB>" in page
        assert "As of" in page
        assert "confirmation" not in page
        assert "webshop" not in page
        history = await world.alice.types("/codecheck history", in_=world.channel)
        assert "U01CAROL" not in history.text


async def test_requests_in_a_channel_that_is_not_allowed_are_left_out(open_world: OpenWorld) -> None:
    """The click would be refused there. The requester still finds their own, and so can cancel it."""
    async with open_world(BY_OTHERS) as world:
        await world.ask()
        await world.review()
        await world.restart('[allow]\nchannels = ["C01ELSEWHERE"]\n' + BY_OTHERS)
        assert "Nothing is waiting for your confirmation." in await world.home(world.bob)
        assert "Your own requests: 1" in await world.home(world.alice)


async def test_a_freeze_comes_first(open_world: OpenWorld) -> None:
    """Even if nothing is pending. What waits is still listed, and confirmed after the freeze."""
    async with open_world('[allow]\nadmins = ["U01BOB"]\n' + BY_OTHERS) as world:
        await world.bob.types("/codecheck freeze release weekend", in_=world.channel)
        assert (await world.home(world.bob)).startswith("🧊 Deletions are frozen by <@U01BOB>: “release weekend”")
        await world.bob.types("/codecheck unfreeze", in_=world.channel)
        await world.ask()
        await world.review()
        await world.bob.types("/codecheck freeze", in_=world.channel)
        page = await world.home(world.bob)
        assert page.startswith("🧊")
        assert "Waiting for your confirmation: 1" in page


async def test_without_redis_nothing_is_claimed(distant: World, redis_proxy: Proxy) -> None:
    """Neither that something is waiting nor that nothing is; and the next page is right again."""
    await redis_proxy.refuse()
    redis_proxy.cut()
    page = await distant.home(distant.alice)
    assert "I can't reach my storage" in page
    assert "I don't know whether anything is waiting for you." in page
    assert "No request" not in page
    assert "Nothing" not in page
    await redis_proxy.accept()
    assert "No request of yours is waiting." in await distant.home(distant.alice)


async def test_a_redis_that_hangs_is_not_taken_for_nothing(distant: World, redis_proxy: Proxy) -> None:
    """The page comes within the deadline, and says what did not answer."""
    redis_proxy.hang()
    page = await distant.home(distant.alice)
    assert "torage" in page
    assert "I don't know whether anything is waiting for you." in page
    redis_proxy.resume()


async def test_a_slack_that_says_nothing_about_the_person_is_not_taken_for_nothing(world: World) -> None:
    """Nobody knows whether they may, so no list is shown."""
    world.slack.installation.withdraw("users:read")
    page = await world.home(world.alice)
    assert "I'm not allowed to ask Slack who you are" in page
    assert "Nothing" not in page


async def test_what_this_version_cannot_read_is_not_taken_for_nothing(office: World) -> None:
    """A newer replica has written it: the page and the command say that something is missing."""
    await office.ask()
    await office.review()
    keys = Keys(office.environ["CODECHECK_REDIS_PREFIX"])
    async with office.redis() as client:
        (deletion,) = await client.zrange(keys.due, 0, -1)
        key = keys.deletion(str(deletion))
        kept = await client.hget(key, "lifecycle")
        await client.hset(key, "lifecycle", json.dumps({"state": "of tomorrow"}))
        for page in (
            await office.home(office.bob),
            (await office.bob.types("/codecheck pending mine", in_=office.channel)).text,
            (await office.bob.types("/codecheck pending", in_=office.channel)).text,
        ):
            assert "I couldn't read everything that is pending" in page
            assert "othing is waiting" not in page
            assert "No request" not in page
        await client.hset(key, "lifecycle", kept)


async def test_the_messages_tab_is_not_the_home_tab(office: World) -> None:
    """Slack sends the same event for both; nothing is published for the Messages tab."""
    office.bob.opens_messages()
    await office.slack.until(lambda: office.slack.wire.calls("app_home_opened"))
    await office.stop()
    assert not office.slack.wire.calls("views.publish")


async def test_a_page_that_slack_does_not_take_is_drawn_the_next_time(office: World) -> None:
    """The old one says when it was drawn. It is logged, and nothing is tried again in the meantime."""
    assert "No request of yours is waiting." in await office.home(office.alice)
    await office.ask()
    office.slack.fail_next("views.publish", RateLimited(2))
    with capture_logs() as logs:
        office.alice.opens_home()
        await office.slack.until(lambda: len(office.slack.wire.calls("views.publish")) == 2)
        await office.slack.until(lambda: [entry for entry in logs if entry["event"] == "home not published"])
    assert "Your own requests: 1" in await office.home(office.alice)


@pytest.mark.parametrize("transport", ["http"])
async def test_150_requests_fit_on_the_page(office: World) -> None:
    """Slack takes it; the 40 that expire first are shown, with how many more there are and where they are."""
    await seeded(office, 150)
    page = await office.home(office.bob)
    assert "Waiting for your confirmation: 150" in page
    assert re.findall(r"task-(\d+) · needs", page) == [f"{number:03}" for number in range(40)]
    assert "and 110 more; /codecheck pending mine lists them all" in page
    assert office.bob.home is not None
    assert len(office.bob.home.home.blocks) <= 100

    listed = [page]
    for number in (1, 15):
        answer = await office.bob.types(f"/codecheck pending mine {number}", in_=office.channel)
        listed += re.findall(r"task-(\d+) · needs", answer.text)
    assert listed[1:] == [f"{number:03}" for number in (*range(10), *range(140, 150))]


async def seeded(world: World, count: int) -> None:
    """Record that Alice has asked for so many deletions and reviewed them; the one that expires first is task-000."""
    unhurried = Timings(talk_lease=600_000)  # so that the bot leaves them alone
    alice = SlackUser(world.slack.workspace.team_id, world.alice.id)
    async with world.redis() as client:
        store = RedisDeletionStore(RedisCalls(client, Keys(world.environ["CODECHECK_REDIS_PREFIX"])), unhurried)
        for number in reversed(range(count)):
            new = NewDeletion(
                id=f"{number:022}",
                task_id=f"{number:032}",
                requester=alice,
                operator="alice",
                channel=world.channel.id,
                reason="no longer needed",
                safeguards=Safeguards(second_step="second_person"),
                shown=LookUp(Presence.EXISTS, TaskFacts(name=f"task-{number:03}")),
                ttl=3_600_000 + number * 1_000,
            )
            asked, _ = await store.request(new)
            reviewed = replace(asked.lifecycle, state=State.REVIEWED)
            delivery = Delivery(prompt=Prompt(world.channel.id, f"1700000000.{number:06}"), asked=(world.bob.id,))
            await store.commit(Change(asked, replace(asked, lifecycle=reviewed, delivery=delivery)))
