"""Bugs planted in the scripts: each is caught by the test that is named beside it.

A test of the store takes a `Rig` and nothing else, so the same test runs here against scripts with a bug.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

import pytest
from redis.asyncio import Redis

from bot.domain.deletion import State
from bot.domain.errors import BotError
from bot.store.embedded import EmbeddedServer
from bot.store.scripts import load_scripts
from tests.store import test_advancing as advancing
from tests.store import test_claiming as claiming
from tests.store import test_frozen_calls as frozen_calls
from tests.store import test_replaying as replaying
from tests.store import test_requesting as requesting
from tests.store import test_writing as writing
from tests.store.rig import TIMINGS, Rig

hold, close = writing.WRITES["hold"], writing.WRITES["close"]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug, and what must catch it.

    Args:
        name: what has been broken.
        script: which script.
        sound: its text as it is.
        broken: the text that takes its place.
        caught_by: a test of the store.
    """

    name: str
    script: str
    sound: str
    broken: str
    caught_by: Callable[[Rig], Awaitable[None]]


MUTANTS = [
    Mutant(
        "a freeze does not stop the call of a grace",
        "save",
        "sends == '1' and frozen(freeze)",
        "false",
        frozen_calls.test_a_freeze_in_the_grace_stops_the_call,
    ),
    Mutant(
        "a freeze does not stop the second sending",
        "save",
        "sends == '1' and frozen(freeze)",
        "false",
        frozen_calls.test_a_freeze_stops_the_second_sending_of_an_interrupted_call,
    ),
    Mutant(
        "a freeze stops what begins no call",
        "save",
        "sends == '1' and frozen(freeze)",
        "frozen(freeze)",
        frozen_calls.test_a_freeze_leaves_a_call_under_way_alone,
    ),
    Mutant(
        "a late copy of a request revives it",
        "request",
        "redis.call('EXISTS', new) == 1",
        "false",
        requesting.test_a_late_copy_of_a_request_does_not_revive_it,
    ),
    Mutant(
        "the task's lock is not looked at",
        "request",
        "local other = redis.call('GET', task)",
        "local other = false",
        requesting.test_a_second_request_for_the_task_finds_the_first,
    ),
    Mutant(
        "the task's lock is not set",
        "request",
        "redis.call('SET', task, id)",
        "",
        requesting.test_two_requests_at_once_make_one_deletion,
    ),
    Mutant(
        "a lock without a deletion is believed",
        "request",
        "if other and redis.call('EXISTS', believed) == 1 then",
        "if other then",
        requesting.test_a_task_whose_deletion_has_vanished_can_be_requested,
    ),
    Mutant(
        "a request has no deadline",
        "request",
        "redis.call('ZADD', due, now + lease, id)",
        "",
        requesting.test_a_request_is_recorded_and_held_by_who_made_it,
    ),
    Mutant(
        "an act does not look at the state",
        "advance",
        "redis.call('HGET', deletion, 'state') ~= from or",
        "",
        advancing.test_an_act_from_another_state_loses,
    ),
    Mutant(
        "an act does not look at the clock",
        "advance",
        "now >= tonumber(redis.call('HGET', deletion, 'expires_at'))",
        "false",
        advancing.test_an_act_that_comes_too_late_loses,
    ),
    Mutant(
        "a replayed act loses",
        "advance",
        "redis.call('HGET', deletion, 'holder') == token",
        "false",
        advancing.test_a_replayed_act_answers_the_same,
    ),
    Mutant(
        "an act drops the deadline",
        "advance",
        "redis.call('ZADD', due, now + lease, id)",
        "redis.call('ZREM', due, id)",
        partial(advancing.test_an_act_wins_and_is_held, start=State.REVIEWED, to=State.EXECUTING, lease=700_000),
    ),
    Mutant(
        "an act overwrites the prompt",
        "advance",
        "redis.call('HGET', deletion, 'prompt') == 'null'",
        "true",
        advancing.test_the_prompt_is_recorded_where_none_is_yet,
    ),
    Mutant(
        "a cancel keeps the task",
        "advance",
        "if ends == '1' then",
        "if false then",
        advancing.test_a_cancel_frees_the_task,
    ),
    Mutant(
        "a confirmation frees the task",
        "advance",
        "ends == '1'",
        "true",
        partial(advancing.test_a_confirmation_keeps_the_task, to=State.REVIEWED),
    ),
    Mutant(
        "a claim does not look at the deadline",
        "claim",
        "or tonumber(deadline) > now",
        "",
        claiming.test_each_due_deletion_is_claimed_by_one,
    ),
    Mutant(
        "a claim raises no epoch",
        "claim",
        "hold(deletion, token)\nlocal lease",
        "local lease",
        partial(writing.test_what_another_has_taken_over_cannot_be_written, write=hold),
    ),
    Mutant(
        "a claim drops the deadline",
        "claim",
        "redis.call('ZADD', due, now + lease, id)",
        "redis.call('ZREM', due, id)",
        claiming.test_what_is_due_is_taken_over,
    ),
    Mutant(
        "a claim sets no lease",
        "claim",
        "redis.call('ZADD', due, now + lease, id)",
        "",
        claiming.test_what_is_due_is_taken_over,
    ),
    Mutant(
        "an interrupted call has too short a lease",
        "claim",
        "lease = call_lease",
        "",
        claiming.test_an_interrupted_call_is_counted,
    ),
    Mutant(
        "an interrupted call is not counted",
        "claim",
        "redis.call('HINCRBY', deletion, 'calls', 1)",
        "",
        claiming.test_an_interrupted_call_is_counted,
    ),
    Mutant(
        "a vanished deletion stays due",
        "claim",
        "redis.call('ZREM', due, id)",
        "",
        claiming.test_a_vanished_deletion_does_not_stand_in_the_way,
    ),
    Mutant(
        "a claim leaves the last click's token",
        "claim",
        "hold(deletion, token)\nlocal lease",
        "redis.call('HINCRBY', deletion, 'epoch', 1)\nlocal lease",
        advancing.test_an_act_replayed_after_a_takeover_is_lost,
    ),
    Mutant(
        "what is due is not found",
        "due",
        "'-inf', clock()",
        "'-inf', 0",
        claiming.test_what_is_due_is_taken_over,
    ),
    Mutant(
        "a write is not fenced",
        "save",
        "redis.call('HGET', deletion, 'epoch') ~= epoch",
        "false",
        partial(writing.test_what_another_has_taken_over_cannot_be_written, write=hold),
    ),
    Mutant(
        "a replayed write is fenced",
        "save",
        "redis.call('HGET', deletion, 'holder') == token",
        "false",
        partial(replaying.test_a_write_whose_reply_is_lost_is_written_once, write=hold),
    ),
    Mutant(
        "a replayed click loses when its reply was lost",
        "advance",
        "redis.call('HGET', deletion, 'holder') == token",
        "false",
        replaying.test_a_click_whose_reply_is_lost_wins,
    ),
    Mutant(
        "a write raises no epoch",
        "save",
        "return {1, now, hold(deletion, token)}",
        "return {1, now, tonumber(epoch)}",
        partial(writing.test_a_late_copy_of_ones_own_earlier_write_is_fenced, write=hold),
    ),
    Mutant(
        "a closed deletion stays for ever",
        "save",
        "redis.call('PEXPIRE', deletion, retention)",
        "",
        writing.test_a_closed_deletion_is_kept_for_the_retention,
    ),
    Mutant(
        "a closed deletion stays due",
        "save",
        "redis.call('ZREM', due, id)",
        "",
        writing.test_a_closed_deletion_is_kept_for_the_retention,
    ),
    Mutant(
        "holding drops the deadline",
        "save",
        "redis.call('ZADD', due, now + lease, id)",
        "redis.call('ZREM', due, id)",
        partial(writing.test_holding_goes_on_for_a_fresh_lease, state=State.DELETED, lease=TIMINGS.talk_lease),
    ),
    Mutant(
        "an end keeps the task",
        "save",
        "ended == '1'",
        "false",
        partial(writing.test_an_end_frees_the_task, write=close, state=State.FAILED, verify_until=0),
    ),
    Mutant(
        "an outcome still looked into frees the task",
        "save",
        "ended == '1'",
        "true",
        partial(writing.test_what_has_not_ended_keeps_the_task, name="hold", state=State.UNKNOWN),
    ),
    Mutant(
        "an end frees a task that another deletion has",
        "save",
        "if redis.call('GET', task) == id then",
        "if true then",
        partial(writing.test_an_end_leaves_the_task_to_its_new_holder, write=hold),
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_a_planted_bug_is_caught(
    mutant: Mutant, redis_server: EmbeddedServer, redis_client: Redis, disposable_prefix: str
) -> None:
    """The test that guards against the bug fails when the bug is there."""
    sound = getattr(load_scripts(), mutant.script)
    assert sound.count(mutant.sound) == 1, "the text to be broken is not there once"
    broken = replace(load_scripts(), **{mutant.script: sound.replace(mutant.sound, mutant.broken)})
    async with Rig(redis_server.url, redis_client, disposable_prefix, broken) as rig:
        with pytest.raises((AssertionError, BotError, pytest.fail.Exception)):
            await mutant.caught_by(rig)
