"""Bugs planted in the transaction's script and in the store's lists: each is caught by the test that stands beside it.

A test of the store takes a `Rig` and nothing else, so the same test runs here on a store with a bug.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.deletions.ports import Hold, Then
from bot.domain.deletion import Deletion
from bot.domain.errors import BotError
from bot.domain.lifecycle import Action, Requirement, State
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import EmbeddedServer
from bot.store.transaction import SCRIPT, Condition, Effect
from tests.store import test_brakes as brakes
from tests.store import test_committing as committing
from tests.store import test_replaying as replaying
from tests.store import test_replays as replays
from tests.store import test_requesting as requesting
from tests.store import test_taking_over as taking_over
from tests.store.rig import Rig

Guard = Callable[[Rig], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug in the script, and what must catch it.

    Args:
        name: what has been broken.
        sound: the script's text as it is.
        broken: the text that takes its place.
        caught_by: a test of the store.
    """

    name: str
    sound: str
    broken: str
    caught_by: Guard


MUTANTS = [
    Mutant(
        "a field is not compared",
        "(call('HGET', key, field) or '') == value",
        "true",
        committing.test_a_freeze_between_the_steps_refuses_the_confirmation,
    ),
    Mutant(
        "the clock is not looked at before an end",
        "now < tonumber(call('HGET', key, field) or 0)",
        "true",
        partial(committing.test_an_action_that_comes_too_late_is_not_written, action=Action.CONFIRM),
    ),
    Mutant("the clock is not looked at after a beginning", "now >= at", "true", committing.test_a_slip_is_not_written),
    Mutant(
        "a time that is not set has come",
        "at > 0 and",
        "",
        committing.test_before_the_delete_button_was_shown_no_confirmation_counts,
    ),
    Mutant(
        "a key that is there is missing",
        "call('EXISTS', key) == 0, call",
        "true, call",
        requesting.test_a_second_request_for_the_task_finds_the_first,
    ),
    Mutant(
        "nobody hears who has the task",
        "call('TYPE', key).ok == 'string' and call('GET', key)",
        "''",
        requesting.test_a_second_request_for_the_task_finds_the_first,
    ),
    Mutant(
        "what is not due yet is due",
        "at and tonumber(at) <= now",
        "at",
        taking_over.test_what_is_due_is_taken_by_its_due_time_only,
    ),
    Mutant(
        "a lease that is over is held",
        "at and tonumber(at) > now",
        "at",
        committing.test_whoever_has_slept_through_the_lease_sends_nothing,
    ),
    Mutant(
        "a limit takes one more",
        "#found / 2 < limit",
        "#found / 2 <= limit",
        committing.test_a_limit_refuses_the_confirmation,
    ),
    Mutant("a limit never forgets", "'(' .. whole(now - window)", "'-inf'", brakes.test_room_comes_when_it_is_said_to),
    Mutant(
        "room is said to come too soon",
        "#found - 2 * limit + 2",
        "2",
        brakes.test_room_comes_when_enough_have_left,
    ),
    Mutant(
        "a failed condition is passed over",
        "if not held then",
        "if false then",
        committing.test_an_action_in_another_state_is_not_written,
    ),
    Mutant(
        "a replay is not known",
        "if once and call('EXISTS', once) == 1 then",
        "if false then",
        replaying.test_a_click_whose_reply_is_lost_counts_once,
    ),
    Mutant(
        "a write is not remembered",
        "if once then\n  call('SET', once, 1, 'PX', 60000)\nend",
        "",
        replaying.test_a_request_whose_reply_is_lost_is_created_once,
    ),
    Mutant("a copy is not known", "token and token ~= signed[2]", "false", replays.test_a_copy_changes_nothing),
    Mutant(
        "a second attempt is taken for a copy",
        "token and token ~= signed[2]",
        "token",
        replays.test_a_lost_reply_to_a_refusal_is_no_copy,
    ),
    Mutant(
        "a request that is refused is not remembered",
        "if signed then -- whatever",
        "if signed and not ready then -- whatever",
        replays.test_what_was_refused_is_counted_too,
    ),
    Mutant(
        "a key of another kind is met in the middle",
        "if kind and found ~= 'none' and found ~= kind then",
        "if false then",
        committing.test_a_key_of_another_kind_stops_the_write_before_its_event,
    ),
    Mutant(
        "no event is appended",
        "call('XADD', key, '*', 'event', '{\"at\":' .. whole(now) .. ',' .. event .. '}')",
        "",
        committing.test_an_action_in_another_state_is_not_written,
    ),
    Mutant(
        "an event has no time",
        "'{\"at\":' .. whole(now) .. ',' .. event .. '}'",
        "'{' .. event .. '}'",
        committing.test_each_event_has_the_time_of_its_write,
    ),
    Mutant("fields are not put", "call('HSET', key, unpack(fields))", "", requesting.test_a_deletion_can_be_read),
    Mutant(
        "a time is written as it is given",
        "call('HSET', key, field, whole(now + from_now))",
        "call('HSET', key, field, whole(from_now))",
        requesting.test_a_request_is_recorded_and_held_by_who_made_it,
    ),
    Mutant(
        "the task's lock is not set",
        "call('SET', key, value) end",
        "end",
        requesting.test_two_requests_at_once_make_one_deletion,
    ),
    Mutant(
        "an end frees a task that another deletion has",
        "if call('GET', key) == value then",
        "if true then",
        partial(committing.test_an_end_leaves_the_task_to_its_new_holder, then=Hold()),
    ),
    Mutant(
        "an end keeps the task",
        "call('DEL', key) end",
        "end",
        requesting.test_the_task_of_a_request_is_free_once_it_has_been_cancelled,
    ),
    Mutant(
        "a lease ends at once",
        "whole(at + (from_now and now or 0))",
        "whole(from_now and now or at)",
        requesting.test_a_request_is_recorded_and_held_by_who_made_it,
    ),
    Mutant(
        "a closed deletion stays due",
        "call('ZREM', key, member)",
        "",
        committing.test_a_closed_deletion_is_kept_for_the_retention,
    ),
    Mutant(
        "a closed deletion stays for ever",
        "call('PEXPIRE', key, lasts)",
        "",
        committing.test_a_closed_deletion_is_kept_for_the_retention,
    ),
    Mutant(
        "a confirmation is not counted",
        "call('ZADD', key, whole(now), member)",
        "",
        committing.test_a_limit_refuses_the_confirmation,
    ),
    Mutant(
        "what is counted stays for ever",
        "call('PEXPIRE', key, window)",
        "",
        brakes.test_the_counters_go_by_themselves,
    ),
]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
async def test_a_planted_bug_is_caught(
    mutant: Mutant, redis_server: EmbeddedServer, redis_client: Redis, disposable_prefix: str
) -> None:
    """The test that guards against the bug fails when the bug is there."""
    assert SCRIPT.count(mutant.sound) == 1, "the text to be broken is not there once"
    broken = SCRIPT.replace(mutant.sound, mutant.broken)
    async with Rig(redis_server.url, redis_client, disposable_prefix, broken) as rig:
        with pytest.raises((AssertionError, BotError, ValueError, pytest.fail.Exception)):
            await mutant.caught_by(rig)


class Forgetful(RedisDeletionStore):
    """A store that leaves one requirement, or one effect, out of its lists."""

    forgets: Requirement | str = ""

    def _conditions(
        self, deletion: Deletion, requires: Iterable[Requirement]
    ) -> Iterable[tuple[Requirement, Condition]]:
        return [pair for pair in super()._conditions(deletion, requires) if pair[0] != self.forgets]

    def _then(self, deletion: Deletion, then: Then) -> Iterable[Effect]:
        return [effect for effect in super()._then(deletion, then) if effect.name != self.forgets]


def forgetting(what: Requirement | str) -> type[RedisDeletionStore]:
    """Such a store."""
    return cast("type[RedisDeletionStore]", type("Forgetting", (Forgetful,), {"forgets": what}))


FORGOTTEN: dict[Requirement | str, Guard] = {
    Requirement.SAME_VERSION: committing.test_an_action_in_another_state_is_not_written,
    Requirement.LEASE_HELD: committing.test_whoever_has_slept_through_the_lease_sends_nothing,
    Requirement.DUE: taking_over.test_what_is_due_is_taken_by_its_due_time_only,
    Requirement.NOT_EXPIRED: partial(
        committing.test_an_action_that_comes_too_late_is_not_written, action=Action.DECLINE
    ),
    Requirement.EXPIRED: committing.test_a_request_does_not_expire_before_its_time,
    Requirement.DWELLED: committing.test_a_slip_is_not_written,
    Requirement.NOT_FROZEN: partial(committing.test_a_freeze_stops_each_sending, again=True),
    Requirement.FROZEN: committing.test_only_a_freeze_stops_as_a_freeze,
    Requirement.FROZEN_SINCE: committing.test_a_freeze_that_ended_before_the_confirmation_stops_nothing,
    Requirement.NOT_FROZEN_SINCE: committing.test_a_freeze_in_the_grace_counts_after_it_has_ended,
    Requirement.WITHIN_LIMITS: committing.test_a_limit_refuses_the_confirmation,
    Requirement.GRACE_OVER: committing.test_a_grace_is_waited_for,
    "schedule": partial(committing.test_holding_goes_on_for_a_fresh_lease, state=State.EXECUTING),
    "unschedule": committing.test_a_closed_deletion_is_kept_for_the_retention,
    "expire": committing.test_a_closed_deletion_is_kept_for_the_retention,
}


@pytest.mark.parametrize("forgotten", FORGOTTEN)
async def test_what_the_store_leaves_out_is_missed(
    forgotten: Requirement | str, redis_server: EmbeddedServer, redis_client: Redis, disposable_prefix: str
) -> None:
    """Each requirement and each effect is there for a reason."""
    kind = forgetting(forgotten)
    async with Rig(redis_server.url, redis_client, disposable_prefix, kind=kind) as rig:
        with pytest.raises((AssertionError, BotError, pytest.fail.Exception)):
            await FORGOTTEN[forgotten](rig)


def test_every_requirement_is_planted() -> None:
    """None is left out of the table above."""
    assert set(Requirement) <= FORGOTTEN.keys()
