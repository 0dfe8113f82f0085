"""How long things take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things take, in milliseconds.

    Args:
        ttl: from the request to the second confirmation.
        resume: how long after its confirmation an interrupted call may be sent again.
        verify: how long an uncertain outcome is looked into.
        call: one DELETE, including its retries and its token.
        call_lease: the lease of a deletion in EXECUTING.
        talk_lease: the lease in every other state; longer than any single request to Slack and any look-up.
        facts: how long a prompt waits for the look-up of the facts that it shows.
        facts_for_rules: the same if rules depend on the facts; a fact that is not known by then counts as matching.
        before_call: how long the look-up just before the call may take.
        look: the first pause between look-ups; doubled each time, up to half a minute.
        retention: how long an ended deletion is kept in Redis.
        sweep: how often a replica looks for deletions that are due.
        seal: how often the audit log is sealed by a checkpoint.
        drain: how long SIGTERM waits for what is under way.
        answer: how long a person waits for an acknowledgement; Slack gives up after 3 s.
    """

    ttl: int = 300_000
    resume: int = 300_000
    verify: int = 300_000
    call: int = 30_000
    call_lease: int = 40_000
    talk_lease: int = 15_000
    facts: int = 700
    facts_for_rules: int = 1_700
    before_call: int = 5_000
    look: int = 2_000
    retention: int = 7 * 24 * 3_600_000
    sweep: int = 500
    seal: int = 5_000
    drain: int = 20_000
    answer: int = 2_500
