"""What a whole deletion asks of each service, counted on the wire, so that nothing creeps in."""

from collections import Counter

import pytest

from bot.domain.lifecycle import State
from tests.faults.conftest import Worlds

WRITES = ["requested", "rest", "reviewed", "rest", "confirmed", "called", "deleted", "close"]
"""Each has to be recorded before the bot goes on: before a message, before an answer to Slack, before the DELETE."""
READS = 2  # for each click, what it is about; over HTTP the same transaction counts the signed request
BY_THE_CLOCK = 1  # a sweep may look at what is due meanwhile


@pytest.mark.parametrize("socket_mode", [True, False], ids=["socket", "http"])
async def test_what_a_deletion_asks(world: Worlds, *, socket_mode: bool) -> None:
    """Ten round trips to Redis, eight requests to CodeArts Check, seven to Slack."""
    async with world(socket_mode=socket_mode) as rig:
        await rig.delete()
        await rig.must_have_ended(State.DELETED)
        asked = [point.what for point in rig.wire.passed if point.side == "before"]
    redis = [what.removeprefix("redis ") for what in asked if what.startswith("redis ")]
    assert [what for what in redis if what != "read"] == WRITES
    assert READS <= redis.count("read") <= READS + BY_THE_CLOCK
    assert Counter(what for what in asked if what.startswith(("codearts", "slack"))) == {
        "codearts GET": 2,
        "codearts details": 5,
        "codearts DELETE": 1,
        "slack users.info": 2,
        "slack chat.postMessage": 2,
        "slack chat.update": 3,
    }
