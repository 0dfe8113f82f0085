"""Redis that refuses, hangs, restarts or will not take a write: what is said, and how soon."""

import asyncio
import signal

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import MaybeRecordedError, NotRecordedError, PersonError
from bot.domain.lifecycle import Action, State
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import EmbeddedServer
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.schema import Keys
from tests.store.rig import TIMINGS, Rig, acting, new
from tests.store.servers import Server

LONGEST = 2.5  # seconds: Slack waits 3


async def kill(server: Server, rig: Rig) -> None:
    """Kill -9 the server; the first to notice cannot know whether what it sent was still heard."""
    await server.stop()
    with pytest.raises(PersonError):
        await rig.store.take_due()


async def test_a_refused_connection_means_not_recorded(server: Server, own_rig: Rig) -> None:
    """Nothing was sent, so nothing was done."""
    await kill(server, own_rig)
    async with asyncio.timeout(LONGEST):
        with pytest.raises(NotRecordedError):
            await own_rig.store.request(new("task-2"))


async def test_a_hung_server_means_not_known(server: Server, own_rig: Rig) -> None:
    """What was sent to a stopped Redis runs when it wakes, though the client has long gone: and so it does here."""
    reviewed = await own_rig.reviewed()
    server.send(signal.SIGSTOP)
    try:
        async with asyncio.timeout(LONGEST):
            with pytest.raises(MaybeRecordedError):
                await own_rig.act(reviewed, Action.CONFIRM)
    finally:
        server.send(signal.SIGCONT)
    assert (await own_rig.read(reviewed)).state is State.EXECUTING


async def test_reading_from_a_hung_server_means_not_recorded(server: Server, own_rig: Rig) -> None:
    """Nothing was to be written."""
    reviewed = await own_rig.reviewed()
    server.send(signal.SIGSTOP)
    try:
        async with asyncio.timeout(LONGEST):
            with pytest.raises(NotRecordedError):
                await own_rig.store.read(reviewed.id)
    finally:
        server.send(signal.SIGCONT)


async def test_a_server_that_hangs_when_reached_means_not_recorded(server: Server, own_rig: Rig) -> None:
    """The kernel takes the connection, but no script was sent on it."""
    server.send(signal.SIGSTOP)
    try:
        async with asyncio.timeout(LONGEST):
            with pytest.raises(NotRecordedError):
                await own_rig.store.request(new())
    finally:
        server.send(signal.SIGCONT)
    assert await own_rig.redis.dbsize() == 0


async def test_a_restart_goes_unnoticed(server: Server, own_rig: Rig) -> None:
    """The server has lost its connections and scripts, but nothing that it acknowledged, though it was killed."""
    requested = await own_rig.requested()
    await server.stop()
    await server.start()
    assert (await own_rig.act(requested, Action.REVIEW)).version == 2


async def test_a_forgotten_script_is_loaded_again(own_rig: Rig) -> None:
    """After SCRIPT FLUSH, a restart or a failover the first EVALSHA is answered by NOSCRIPT."""
    requested = await own_rig.requested()
    await own_rig.redis.script_flush()
    await own_rig.act(requested, Action.REVIEW)


async def test_an_idle_connection_closed_by_the_server_goes_unnoticed(own_rig: Rig) -> None:
    """Redis closes idle clients if `timeout` says so."""
    await own_rig.requested()
    await own_rig.redis.client_kill_filter(_type="normal", skipme=True)
    _, created = await own_rig.store.request(new("task-2"))
    assert created


async def test_a_fault_in_the_middle_of_a_script_is_not_called_not_recorded(own_rig: Rig) -> None:
    """Nobody knows what it has written; none is known, but if there is one, that is said."""
    broken = own_rig.script.replace("effects[effect[1]][3](KEYS[effect[2]]", "call('HSET', KEYS[effect[2]]")
    assert broken != own_rig.script
    async with Rig(own_rig.url, own_rig.redis, own_rig.prefix, broken) as rig:
        with pytest.raises(MaybeRecordedError):
            await rig.store.request(new())


async def test_a_wrong_password_is_logged_without_it(server: Server, own_rig: Rig) -> None:
    """The log says what Redis said, at once and once; the password stands nowhere."""
    await own_rig.redis.config_set("requirepass", "the right one")
    with capture_logs() as logs:
        calls = own_rig.another_calls(server.url.replace("//", "//default:s3cret-guess@"))
        with pytest.raises(NotRecordedError):
            await own_rig.another_store(calls=calls).request(new())
    assert [(log["event"], log["recorded"]) for log in logs] == [("redis failed", "no")]
    assert "WRONGPASS" in logs[0]["error"] or "invalid username-password pair" in logs[0]["error"]
    assert "s3cret-guess" not in str(logs)


async def test_a_lasting_failure_is_logged_once(server: Server, own_rig: Rig) -> None:
    """The sweep asks twice a second; the log is not to be flooded, and says so again at the next failure."""
    with capture_logs() as logs:
        await kill(server, own_rig)
        for _ in range(3):
            with pytest.raises(NotRecordedError):
                await own_rig.store.take_due()
        lasting = len(logs)
        assert 1 <= lasting <= 2  # it may be lost in the middle first, and refused then
        await server.start()
        assert await own_rig.store.take_due() == []
        await kill(server, own_rig)
    assert len(logs) > lasting


async def test_a_busy_pool_waits(redis_server: EmbeddedServer, redis_prefix: str) -> None:
    """More clicks at once than connections are served one after the other."""
    client = connect(f"{redis_server.url}?max_connections=2")
    store = RedisDeletionStore(RedisCalls(client, Keys(redis_prefix)), TIMINGS)
    answers = await asyncio.gather(*(store.request(new(f"task-{number}")) for number in range(50)))
    await client.aclose()
    assert all(created for _, created in answers)


async def test_an_error_among_several_replies_leaves_none_to_the_next_caller(own_rig: Rig) -> None:
    """Every reply of a pipeline is read, whatever the first one says."""
    client = connect(f"{own_rig.url}?max_connections=1")
    calls = RedisCalls(client, own_rig.keys)

    async def failing(these: Calls) -> object:
        return await these.pipeline(("HGET", "wrong"), ("SET", "own:a", 1), ("NO SUCH COMMAND",), ("GET", "own:a"))

    async def asking(these: Calls) -> object:
        return await these.command("ECHO", "mine")

    for _ in range(20):
        with pytest.raises(NotRecordedError):
            await calls.run(failing)
        assert await calls.run(asking) == "mine"
    connections = await own_rig.redis.info("stats")
    assert connections["total_connections_received"] < 10  # none had to be thrown away either
    await client.aclose()


async def test_a_cancelled_caller_leaves_no_reply_to_the_next(own_rig: Rig) -> None:
    """Whoever is cancelled in the middle takes the connection along."""
    reviewed = await own_rig.reviewed()
    client = connect(f"{own_rig.url}?max_connections=1")
    store = own_rig.another_store(calls=RedisCalls(client, own_rig.keys))
    for _ in range(30):
        task = asyncio.create_task(store.commit(acting(reviewed, Action.CONFIRM)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        found = await store.read(reviewed.id)
        assert found is not None
        assert found.id == reviewed.id
    await client.aclose()
