"""Refusals are recorded, and what fails about that is logged: the person's answer stays the same."""

import pytest
from structlog.testing import capture_logs

from bot.deletions.background import Background
from bot.deletions.refusals import Refusals
from bot.domain.refusal import Reason, Refused
from bot.store.audit import RedisAuditLog
from tests.store.rig import ALICE, Rig
from tests.store.servers import free_port


async def test_a_refusal_is_recorded(rig: Rig) -> None:
    """Who tried what, where, and why it was refused; and it goes on to whoever answers it."""
    background = Background()
    refusals = Refusals(rig.audit, background)
    with pytest.raises(Refused), refusals.recorded(ALICE, "delete", "C1", task="task-1"):
        raise Refused(Reason.NO_OPERATOR)
    await background.drain(5)
    (event,) = await rig.audit.following()
    assert {name: event.get(name) for name in ("kind", "who", "team", "task", "channel", "action", "reason")} == {
        "kind": "refused",
        "who": ALICE.id,
        "team": ALICE.team,
        "task": "task-1",
        "channel": "C1",
        "action": "delete",
        "reason": "no_operator",
    }


async def test_what_is_not_refused_is_not_recorded(rig: Rig) -> None:
    """Neither success nor another error."""
    background = Background()
    refusals = Refusals(rig.audit, background)
    with refusals.recorded(ALICE, "delete", "C1"):
        pass
    with pytest.raises(KeyError), refusals.recorded(ALICE, "delete", "C1"):
        raise KeyError
    await background.drain(5)
    assert await rig.events() == []


async def test_without_redis_a_refusal_stays_what_it_is(rig: Rig) -> None:
    """It is logged, and logged as not recorded."""
    background = Background()
    nowhere = RedisAuditLog(rig.another_calls(f"redis://127.0.0.1:{free_port()}"))
    refusals = Refusals(nowhere, background)
    with capture_logs() as logs:
        with pytest.raises(Refused), refusals.recorded(ALICE, "delete", "C1"):
            raise Refused(Reason.NO_OPERATOR)
        await background.drain(5)
    assert [log["event"] for log in logs] == ["refused", "redis failed", "refusal not recorded"]
