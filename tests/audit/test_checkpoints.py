"""What checkpoints find: any change of the log, whoever made it, and what they cannot find without a noted one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import Event, Recorded, of_freeze, of_refusal
from bot.domain.checkpoints import START, Checkpoint, Report, seal, verify
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import EventKind

ALICE = SlackUser("T1", "U01ALICE")
BEGAN = 1_790_000_000_000
SECOND, DAY = 1_000, 24 * 3_600_000
INTERVAL = 15 * SECOND


@dataclass
class Log:
    """An audit log, and what verifies it."""

    events: list[Recorded] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    now: int = BEGAN
    retention_days: int = 0

    def record(self, event: Event, after: int = SECOND) -> None:
        """Append an event, so much later."""
        self.now += after
        self.events.append(Recorded(f"{self.now}-0", f'{{"at":{self.now},{event.text()}}}'))

    def seal(self) -> None:
        """Seal what is new."""
        last = self.checkpoints[-1] if self.checkpoints else START
        rest = [event for event in self.events if _key(event.id) > _key(last.upto)]
        self.checkpoints.append(seal(last, rest, self.now))

    def trim(self, number: int, *, kept: bool = True) -> None:
        """Trim to a checkpoint; the event that says so can be left out."""
        anchor = self.checkpoints[number - 1]
        if kept:
            self.record(Event(kind=EventKind.TRIMMED, upto=anchor.upto))
        self.events = [event for event in self.events if _key(event.id) > _key(anchor.upto)]
        self.checkpoints = self.checkpoints[number - 1 :]

    def verify(self, known: Checkpoint | None = None) -> Report:
        """What a verification finds."""
        return verify(
            self.events,
            self.checkpoints,
            now=self.now,
            interval=INTERVAL,
            retention_days=self.retention_days,
            known=known,
        )

    def faults(self, known: Checkpoint | None = None) -> str:
        """What it finds wrong."""
        return "\n".join(f"{fault.at}: {fault.why}" for fault in self.verify(known).faults)


def _key(event_id: str) -> tuple[int, int]:
    ms, _, sequence = event_id.partition("-")
    return int(ms or 0), int(sequence or 0)


def refusal(number: int) -> Event:
    """An event that is like no other."""
    return of_refusal(ALICE, "delete", f"reason {number}", "C1", task=f"task-{number}")


def sealed(count: int = 9, every: int = 3) -> Log:
    """A log of so many events, all sealed, the last of them long enough ago."""
    log = Log()
    for number in range(1, count + 1):
        log.record(refusal(number))
        if number % every == 0 or number == count:
            log.seal()
    log.now += 2 * INTERVAL
    return log


# --- what is in order -----------------------------------------------------------------------------------------------


def test_an_untouched_log_is_in_order() -> None:
    """With how much there is."""
    log = sealed(8)
    report = log.verify()
    assert report == Report((), events=8, sealed=8, trimmed=0, last=log.checkpoints[-1])
    assert [(each.number, each.events) for each in log.checkpoints] == [(1, 3), (2, 6), (3, 8)]


def test_an_empty_log_is_in_order() -> None:
    """Before anything has happened."""
    assert Log().verify() == Report((), events=0, sealed=0, trimmed=0, last=START)


def test_what_is_younger_than_the_interval_need_not_be_sealed() -> None:
    """No replica has had the time."""
    log = sealed()
    log.record(refusal(10))
    report = log.verify()
    assert (report.faults, report.events, report.sealed) == ((), 10, 9)
    log.now += INTERVAL + 1
    assert "no checkpoint seals it" in log.faults()


def test_nothing_new_makes_no_checkpoint() -> None:
    """Sealing again gives the last one."""
    log = sealed()
    assert seal(log.checkpoints[-1], [], log.now) == log.checkpoints[-1]


def test_a_trimmed_log_is_in_order() -> None:
    """It says how many went, and what is left hangs on the checkpoint that it was trimmed to."""
    log = sealed(9)
    log.now += 31 * DAY
    log.retention_days = 30
    log.trim(2)
    log.seal()
    assert log.verify() == Report((), events=4, sealed=4, trimmed=6, last=log.checkpoints[-1])
    log.now += DAY
    log.record(refusal(10))
    log.seal()
    log.now += 31 * DAY
    log.trim(2)
    log.seal()
    assert (log.faults(), log.verify().trimmed) == ("", 9)


def test_clocks_that_differ_a_little_are_in_order() -> None:
    """After a failover to a server whose clock is behind, IDs go on and times step back by seconds."""
    log = Log()
    log.record(refusal(1))
    log.events.append(Recorded(f"{log.now}-1", f'{{"at":{log.now - 2_000},{refusal(2).text()}}}'))
    log.seal()
    assert log.faults() == ""


@given(reason=st.text(max_size=200))
def test_an_auditor_needs_nothing_of_the_bot(reason: str) -> None:
    """The text is what json.dumps gives for what it says, and the hash can be made by hand."""
    log = Log()
    log.record(of_freeze(Freeze(ALICE, 1, reason)))
    log.seal()
    (event,), (checkpoint,) = log.events, log.checkpoints
    said = json.loads(event.text)
    assert said.get("reason", "") == reason
    text = json.dumps(said, separators=(",", ":"))
    digest = sha256(b"0" * 64 + f"\n{event.id} {text}".encode()).hexdigest()
    assert sha256(f"1 {event.id} 1 {digest}".encode()).hexdigest() == checkpoint.hash


# --- forgeries ------------------------------------------------------------------------------------------------------


def changed(log: Log, at: int) -> None:
    """One says something else."""
    log.events[at] = replace(log.events[at], text=log.events[at].text.replace("task-", "tusk-"))


def moved(log: Log, at: int) -> None:
    """One has another ID."""
    ms, sequence = _key(log.events[at].id)
    log.events[at] = replace(log.events[at], id=f"{ms}-{sequence + 1}")


def removed(log: Log, at: int) -> None:
    """One has gone."""
    del log.events[at]


def repeated(log: Log, at: int) -> None:
    """One stands twice, the second time under the next ID."""
    ms, sequence = _key(log.events[at].id)
    log.events.insert(at + 1, replace(log.events[at], id=f"{ms}-{sequence + 1}"))


def swapped(log: Log, at: int) -> None:
    """Two neighbours have changed places, each under the other's ID."""
    other = at - 1 if at else len(log.events) - 1
    first, second = log.events[at], log.events[other]
    log.events[at], log.events[other] = replace(second, id=first.id), replace(first, id=second.id)


def garbled(log: Log, at: int) -> None:
    """One is no event any more."""
    log.events[at] = replace(log.events[at], text="no JSON")


def cut(log: Log, at: int) -> None:
    """The end has gone."""
    del log.events[at:]


def beheaded(log: Log, at: int) -> None:
    """The beginning has gone."""
    del log.events[: at + 1]


def unsealed(log: Log, at: int) -> None:
    """A checkpoint has gone."""
    del log.checkpoints[at % len(log.checkpoints)]


def sealed_twice(log: Log, at: int) -> None:
    """A checkpoint stands twice."""
    at %= len(log.checkpoints)
    log.checkpoints.insert(at, log.checkpoints[at])


def reordered(log: Log, at: int) -> None:
    """Two checkpoints have changed places."""
    at %= len(log.checkpoints)
    other = (at + 1) % len(log.checkpoints)
    log.checkpoints[at], log.checkpoints[other] = log.checkpoints[other], log.checkpoints[at]


def renumbered(log: Log, at: int) -> None:
    """A checkpoint has another number."""
    _forge(log, at, number=17)


def rehashed(log: Log, at: int) -> None:
    """A checkpoint has another hash."""
    _forge(log, at, hash="f" * 64)


def redigested(log: Log, at: int) -> None:
    """A checkpoint has another digest."""
    _forge(log, at, digest="f" * 64)


def recounted(log: Log, at: int) -> None:
    """A checkpoint has another count."""
    _forge(log, at, events=17)


def shortened(log: Log, at: int) -> None:
    """A checkpoint ends elsewhere."""
    _forge(log, at, upto=f"{BEGAN}-0")


def ending_nowhere(log: Log, at: int) -> None:
    """A checkpoint ends at what is no ID at all."""
    _forge(log, at, upto="the end")


def _forge(log: Log, at: int, **members: object) -> None:
    at %= len(log.checkpoints)
    log.checkpoints[at] = replace(log.checkpoints[at], **members)  # type: ignore[arg-type]  # the fields' own names


MUTATIONS = [
    changed,
    moved,
    removed,
    repeated,
    swapped,
    garbled,
    cut,
    beheaded,
    unsealed,
    sealed_twice,
    reordered,
    renumbered,
    rehashed,
    redigested,
    recounted,
    shortened,
    ending_nowhere,
]


@given(count=st.integers(2, 14), every=st.integers(1, 4), data=st.data(), mutate=st.sampled_from(MUTATIONS))
def test_any_single_mutation_is_found(
    count: int, every: int, data: st.DataObject, mutate: Callable[[Log, int], None]
) -> None:
    """Whatever is done to whichever event or checkpoint."""
    log = sealed(count, every)
    assert log.faults() == ""
    before = (list(log.events), list(log.checkpoints))
    mutate(log, data.draw(st.integers(0, count - 1)))
    if (log.events, log.checkpoints) != before:
        assert log.faults() != ""


@given(count=st.integers(4, 14), every=st.integers(1, 3), data=st.data(), mutate=st.sampled_from(MUTATIONS))
def test_any_single_mutation_of_a_trimmed_log_is_found(
    count: int, every: int, data: st.DataObject, mutate: Callable[[Log, int], None]
) -> None:
    """Its beginning included, of which only the checkpoint is left."""
    log = sealed(count, every)
    log.now += 31 * DAY
    log.retention_days = 30
    log.trim(data.draw(st.integers(1, len(log.checkpoints))))
    log.seal()
    log.now += 2 * INTERVAL
    assert log.faults() == ""
    before = (list(log.events), list(log.checkpoints))
    mutate(log, data.draw(st.integers(0, len(log.events) - 1)))
    if (log.events, log.checkpoints) != before:
        assert log.faults() != ""


def resealed(log: Log, start: int) -> None:
    """The checkpoints from `start` on are made again, as who may write to Redis can."""
    ends = [checkpoint.upto for checkpoint in log.checkpoints[start:]]
    log.checkpoints = log.checkpoints[:start]
    last = log.checkpoints[-1] if log.checkpoints else START
    for end in ends:
        events = [event for event in log.events if _key(last.upto) < _key(event.id) <= _key(end)]
        last = seal(last, events, log.now)
        log.checkpoints.append(last)


@given(count=st.integers(4, 12), data=st.data())
def test_a_log_that_was_sealed_again_is_found_by_a_noted_checkpoint(count: int, data: st.DataObject) -> None:
    """All of it can be forged by who may write to Redis; the hash that stands elsewhere cannot be met."""
    log = sealed(count, 2)
    noted = log.checkpoints[-1]
    assert log.faults(noted) == ""
    changed(log, data.draw(st.integers(0, count - 1)))
    resealed(log, 0)
    assert log.faults() == ""
    assert "it is not the one that was saved" in log.faults(noted)


def test_an_end_cut_off_with_its_checkpoint_is_found_by_a_noted_one() -> None:
    """Nothing in Redis tells any more that there was more."""
    log = sealed(9)
    noted = log.checkpoints[-1]
    cut(log, 6)
    del log.checkpoints[-1]
    assert log.faults() == ""
    assert "it is not the one that was saved" in log.faults(noted)


def test_a_whole_log_that_has_gone_is_found_by_a_noted_checkpoint() -> None:
    """The same."""
    assert Log().verify(sealed().checkpoints[-1]).faults


def test_a_noted_checkpoint_that_was_trimmed_cannot_be_compared() -> None:
    """That is said, rather than that all is well; a later one can."""
    log = sealed(9)
    first, second = log.checkpoints[:2]
    log.now += 31 * DAY
    log.retention_days = 30
    log.trim(2)
    assert "cannot be compared" in log.faults(first)
    assert log.faults(second) == ""


def trimmed_young(log: Log) -> None:
    """The beginning goes behind an event that says that it was trimmed."""
    log.now += 3 * DAY
    log.retention_days = 30
    log.trim(2)
    log.seal()


def trimmed_although_all_is_kept(log: Log) -> None:
    """The same, while the settings keep everything."""
    log.now += 300 * DAY
    log.trim(2)
    log.seal()


def trimmed_in_silence(log: Log) -> None:
    """The beginning goes, and no event says so."""
    log.now += 31 * DAY
    log.retention_days = 30
    log.trim(2, kept=False)


def trimmed_elsewhere(log: Log) -> None:
    """An event says that it was trimmed, but to another place."""
    log.now += 31 * DAY
    log.retention_days = 30
    log.record(Event(kind=EventKind.TRIMMED, upto=log.checkpoints[0].upto))
    log.trim(2, kept=False)
    log.seal()


def trimmed_behind_an_old_end(log: Log) -> None:
    """What is young goes, and the checkpoint that is left says that it ended long ago; the bot seals on from there."""
    long_ago = f"{BEGAN - 300 * DAY}-0"
    log.retention_days = 30
    log.record(Event(kind=EventKind.TRIMMED, upto=long_ago))
    log.trim(3, kept=False)
    log.checkpoints = [replace(log.checkpoints[0], upto=long_ago)]
    log.seal()


def added_under_older_ids(log: Log) -> None:
    """Events that never were, with times of their own, under IDs between others."""
    at = log.now - INTERVAL
    ms, _ = _key(log.events[4].id)
    log.events.insert(5, Recorded(f"{ms}-9", f'{{"at":{at},{refusal(99).text()}}}'))


def added_under_older_ids_and_sealed_again(log: Log) -> None:
    """The same, with every checkpoint made again."""
    added_under_older_ids(log)
    resealed(log, 0)


def appended_old(log: Log) -> None:
    """An event of long ago is appended after the last checkpoint."""
    log.events.append(Recorded(f"{log.now}-0", f'{{"at":{log.now - DAY},{refusal(99).text()}}}'))


def appended_and_left(log: Log) -> None:
    """An event after the last checkpoint that nobody has sealed for longer than the interval."""
    log.record(refusal(99))
    log.now += INTERVAL + 1


def appended_ahead(log: Log) -> None:
    """An event whose time has not come, so that it would always look too young to be sealed."""
    ahead = log.now + 300 * DAY
    log.events.append(Recorded(f"{ahead}-0", f'{{"at":{ahead},{refusal(99).text()}}}'))


def repeated_at_the_end(log: Log) -> None:
    """An event of before, appended again."""
    log.events.append(Recorded(f"{log.now}-0", log.events[2].text))


def with_a_strange_member(log: Log) -> None:
    """An event that says more than events do, sealed as if nothing were."""
    log.events.append(Recorded(f"{log.now}-0", f'{{"at":{log.now},"kind":"refused","and":"more"}}'))
    log.seal()


def going_back(log: Log) -> None:
    """Times that go back further than clocks differ, sealed as if nothing were."""
    log.events.append(Recorded(f"{log.now}-0", f'{{"at":{log.now},{refusal(98).text()}}}'))
    log.events.append(Recorded(f"{log.now}-1", f'{{"at":{log.now - 60_000},{refusal(99).text()}}}'))
    log.seal()


def without_a_time(log: Log) -> None:
    """An event that does not say when."""
    log.events.append(Recorded(f"{log.now}-0", "{" + refusal(99).text() + "}"))
    log.seal()


FORGERIES: dict[Callable[[Log], None], str] = {
    trimmed_young: "younger than 30 days",
    trimmed_although_all_is_kept: "the settings keep everything",
    trimmed_in_silence: "no event says that they were trimmed",
    trimmed_elsewhere: "no event says that they were trimmed",
    trimmed_behind_an_old_end: "it is not as it was sealed",
    added_under_older_ids: "are not as they were",
    added_under_older_ids_and_sealed_again: "its ID and its time differ",
    appended_old: "its time is before that of the previous event",
    appended_and_left: "no checkpoint seals it",
    appended_ahead: "its time is in the future",
    repeated_at_the_end: "its time is before that of the previous event",
    with_a_strange_member: "no event has and",
    going_back: "its time is before that of the previous event",
    without_a_time: "it is not an event",
}


@pytest.mark.parametrize(("forge", "why"), FORGERIES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_forgery_is_found(forge: Callable[[Log], None], why: str) -> None:
    """With the bot's own rights on Redis each of these can be done; the fault says what is wrong."""
    log = sealed(9)
    forge(log)
    assert why in log.faults()


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "nonsense", "{}", '{"at":"1","kind":"x"}', '{"at":1}', '{"at":1,"kind":""}']
)
def test_what_is_not_an_event_is_a_fault(text: str) -> None:
    """Whatever stands in the stream is judged, not believed, even if it was sealed."""
    log = Log()
    log.events.append(Recorded(f"{log.now}-0", text))
    log.seal()
    assert "it is not an event" in log.faults()
