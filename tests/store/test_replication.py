"""WAIT: a second confirmation or a cancellation that too few replicas hold is said to be so."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.deletions.ports import ConflictError
from bot.domain.errors import NotReplicatedError
from bot.domain.lifecycle import Action, State
from tests.store.rig import Rig
from tests.store.servers import Server, in_step, running
from tests.store.test_replaying import between


@pytest.fixture
async def replica(server: Server, tmp_path: Path) -> AsyncIterator[Server]:
    """A replica of the test's own server, in step with it."""
    async with running(server.binary, tmp_path / "replica") as second:
        await in_step(second, server)
        yield second


@pytest.mark.usefixtures("replica")
@pytest.mark.parametrize("action", [Action.CONFIRM, Action.CANCEL, Action.DECLINE])
async def test_what_a_replica_holds_goes_on(own_rig: Rig, action: Action) -> None:
    """If the replicas that are asked for answer, nothing is different."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    await own_rig.act(await own_rig.reviewed(), action)


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.CANCEL, Action.DECLINE, Action.STOP])
async def test_what_no_replica_holds_is_said_to_be_so(own_rig: Rig, replica: Server, action: Action) -> None:
    """It is recorded all the same, under a lease: whoever finds it then carries it on, unless a failover loses it."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    before = await (own_rig.scheduled() if action is Action.STOP else own_rig.reviewed())
    replica.send(signal.SIGSTOP)
    with pytest.raises(NotReplicatedError, match="0 of 1 copies"):
        await own_rig.act(before, action)
    found = await own_rig.read(before)
    assert found.state is (State.EXECUTING if action is Action.CONFIRM else State.CANCELLED)
    assert await own_rig.due_at(before) is not None


async def test_without_the_right_to_wait_it_is_not_called_unrecorded(own_rig: Rig) -> None:
    """An ACL without WAIT refuses it only after the script has run."""
    reviewed = await own_rig.reviewed()
    await own_rig.redis.execute_command("ACL", "SETUSER", "default", "-wait")
    own_rig.store = own_rig.another_store(wait_replicas=1)
    with pytest.raises(NotReplicatedError):
        await own_rig.act(reviewed, Action.CONFIRM)
    assert (await own_rig.read(reviewed)).state is State.EXECUTING


async def test_a_first_confirmation_waits_for_nobody(own_rig: Rig) -> None:
    """Losing it in a failover costs one more click."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    await own_rig.act(await own_rig.requested(), Action.REVIEW)


async def test_what_did_not_happen_waits_for_nobody(own_rig: Rig) -> None:
    """A refusal is answered at once."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    reviewed = await own_rig.reviewed()
    await own_rig.freezes.freeze(reviewed.requester, "")
    with pytest.raises(ConflictError):
        await own_rig.act(reviewed, Action.CONFIRM)


async def confirm_with_the_reply_lost(rig: Rig, replica: Server) -> State:
    """Confirm while the replica is stopped and the reply is lost; the state of which the caller is told."""
    reviewed = await rig.reviewed()
    async with between(rig, wait_replicas=1) as proxy:
        replica.send(signal.SIGSTOP)
        proxy.lose_reply(to=b"EVALSHA")
        return (await rig.act(reviewed, Action.CONFIRM)).state


async def test_a_replay_waits_for_the_replicas_too(own_rig: Rig, replica: Server) -> None:
    """WAIT answers for the writes of its own connection only, so the replay must write there."""
    with pytest.raises(NotReplicatedError):
        await confirm_with_the_reply_lost(own_rig, replica)


async def test_a_replay_that_writes_nothing_would_be_believed(own_rig: Rig, replica: Server) -> None:
    """The bug that the test above guards against, planted."""
    written = "call('SET', once, 1, 'PX', 60000) -- written again"
    assert written in own_rig.script
    broken = own_rig.script.replace(written, "-- written again")
    async with Rig(own_rig.url, own_rig.redis, own_rig.prefix, broken) as buggy:
        assert await confirm_with_the_reply_lost(buggy, replica) is State.EXECUTING
