"""`freeze`, `unfreeze`, `pending` and `show` for an operator at a shell, against a store in memory."""

import getpass
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from click.testing import CliRunner, Result

from bot.cli import commands
from bot.cli.ports import Event, Frozen, Listed, ShellUser, Story
from bot.domain.errors import MaybeRecordedError, NotRecordedError
from bot.domain.identity import SlackUser
from bot.domain.text import Moment, text
from bot.settings import StoreSettings

pytestmark = pytest.mark.usefixtures("logging_as_before")

AT = 1_764_067_350_000  # 2025-11-25 10:42:30 UTC
ASKED = Listed(
    id="d1",
    task_id="897acf7a",
    name="webshop-frontend",
    requester="U01ALICE",
    channel="C01",
    state="reviewed",
    until=AT,
)
ME = f"{getpass.getuser()} on {socket.gethostname()}"


@dataclass
class MemoryStore:
    """Implements `ShellStore` in memory."""

    deletions: dict[str, Story] = field(default_factory=dict)
    freeze_in_force: Frozen | None = None
    down: Exception | None = None
    opened: list[StoreSettings] = field(default_factory=list)
    closed: int = 0

    @asynccontextmanager
    async def open(self, settings: StoreSettings) -> AsyncIterator["MemoryStore"]:
        """As `bot.cli.shell.open_store`."""
        self.opened.append(settings)
        try:
            yield self
        finally:
            self.closed += 1

    async def freeze(self, by: ShellUser, reason: str) -> tuple[Frozen, bool]:
        """See the port."""
        if self.down:
            raise self.down
        changed = self.freeze_in_force is None
        self.freeze_in_force = self.freeze_in_force or Frozen(str(by), AT, reason)
        return self.freeze_in_force, changed

    async def unfreeze(self, by: ShellUser) -> Frozen | None:  # noqa: ARG002 - the audit log's
        """See the port."""
        lifted, self.freeze_in_force = self.freeze_in_force, None
        return lifted

    async def frozen(self) -> Frozen | None:
        """See the port."""
        return self.freeze_in_force

    async def pending(self) -> Sequence[Listed]:
        """See the port."""
        return [story.deletion for story in self.deletions.values()]

    async def show(self, deletion_id: str) -> Story | None:
        """See the port."""
        return self.deletions.get(deletion_id)


@pytest.fixture
def store() -> MemoryStore:
    """An empty one."""
    return MemoryStore()


def run(store: MemoryStore, *arguments: str, ends_with: int = 0) -> Result:
    """Run `codecheck-bot` with these arguments and nothing but REDIS_URL set."""
    ended = CliRunner().invoke(commands, arguments, obj=store.open, env={"REDIS_URL": "redis://h"})
    assert ended.exit_code == ends_with, ended.output
    assert store.closed == len(store.opened)
    return ended


def test_a_freeze_is_set_under_the_name_of_the_person_and_the_host(store: MemoryStore) -> None:
    """Words need no quotes, and Slack and CodeArts Check no settings."""
    ended = run(store, "freeze", "release", "weekend")
    assert store.freeze_in_force == Frozen(ME, AT, "release weekend")
    assert ended.output == f"Deletions are now frozen by {ME} since 2025-11-25 10:42:30 UTC: release weekend\n"


def test_a_second_freeze_says_who_was_first(store: MemoryStore) -> None:
    """And changes nothing."""
    store.freeze_in_force = Frozen("U01DANA", AT, "")
    assert run(store, "freeze", "mine").output == (
        "Deletions are already frozen by U01DANA since 2025-11-25 10:42:30 UTC\n"
    )


def test_an_unfreeze_says_what_it_lifted(store: MemoryStore) -> None:
    """Or that there was nothing to lift."""
    store.freeze_in_force = Frozen("U01DANA", AT, "release")
    assert run(store, "unfreeze").output == (
        "Deletions can go on. They were frozen by U01DANA since 2025-11-25 10:42:30 UTC: release\n"
    )
    assert run(store, "unfreeze").output == "Deletions were not frozen.\n"


@pytest.mark.parametrize(
    ("reason", "told"),
    [("x" * 201, "It has 201 characters; at most 200 are allowed."), ("a\udcff", "It has bytes that are not UTF-8.")],
)
def test_a_reason_that_cannot_be_kept_is_told_and_nothing_is_frozen(reason: str, told: str, store: MemoryStore) -> None:
    """Exit status 2, as for every wrong command line."""
    assert told in run(store, "freeze", reason, ends_with=2).output
    assert store.freeze_in_force is None


def test_a_reason_is_one_line(store: MemoryStore) -> None:
    """Line breaks and runs of spaces become one space."""
    run(store, "freeze", " a\n b ", "\tc")
    assert store.freeze_in_force is not None
    assert store.freeze_in_force.reason == "a b c"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotRecordedError(), "Error: Redis refused or cannot be reached, so nothing was done."),
        (MaybeRecordedError(), "Error: Redis did not answer in time, so it is not known what was done."),
    ],
)
def test_a_redis_that_fails_is_told_in_an_operators_words(error: Exception, told: str, store: MemoryStore) -> None:
    """What is known to be done, and where to look; exit status 1."""
    store.down = error
    assert run(store, "freeze", ends_with=1).output.startswith(told)


def test_what_is_pending_leads_with_the_name(store: MemoryStore) -> None:
    """The freeze first, the IDs last."""
    assert run(store, "pending").output == "Nothing is pending.\n"
    unnamed = replace(ASKED, id="d2", name="", until=0)
    store.deletions = {"d1": Story(ASKED, ()), "d2": Story(unnamed, ())}
    store.freeze_in_force = Frozen("U01DANA", AT, "")
    assert run(store, "pending").output == (
        "Deletions are frozen by U01DANA since 2025-11-25 10:42:30 UTC\n"
        "2 pending\n"
        "webshop-frontend: reviewed until 2025-11-25 10:42:30 UTC, requested by U01ALICE in C01 "
        "(task 897acf7a, deletion d1)\n"
        "897acf7a: reviewed, requested by U01ALICE in C01 (task 897acf7a, deletion d2)\n"
    )


def test_what_is_pending_can_be_json(store: MemoryStore) -> None:
    """For a script."""
    store.deletions = {"d1": Story(ASKED, ())}
    document = json.loads(run(store, "pending", "--json").output)
    assert document["frozen"] is None
    assert document["pending"][0]["name"] == "webshop-frontend"


def test_a_deletion_is_told_as_a_story(store: MemoryStore) -> None:
    """Each event with its time, the oldest first; also as JSON."""
    asked = Event(AT, text("{who} asked for it, until {until}.", who=SlackUser("T01", "U01ALICE"), until=Moment(AT)))
    store.deletions = {"d1": Story(ASKED, (asked,))}
    head, event = run(store, "show", "d1").output.splitlines()
    assert head.startswith("webshop-frontend: reviewed")
    assert event == "2025-11-25 10:42:30 UTC  U01ALICE asked for it, until 2025-11-25 10:42:30 UTC."
    document = json.loads(run(store, "show", "d1", "--json").output)
    assert document["id"] == "d1"
    assert document["events"] == [{"at": AT, "what": "U01ALICE asked for it, until 2025-11-25 10:42:30 UTC."}]


def test_a_deletion_that_is_not_there_is_told_with_where_to_look(store: MemoryStore) -> None:
    """Exit status 1."""
    output = run(store, "show", "d9", ends_with=1).output
    assert output.startswith("Error: There is no deletion d9. `codecheck-bot pending` lists")


@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\rb", "a\nb", "\u202eevil", "\x9b31m", "\udcff"])
def test_nothing_from_outside_commands_the_terminal(hostile: str, store: MemoryStore) -> None:
    """No escape sequence, no line break, no reversed text: not in names, reasons, or the ID that was typed."""
    store.deletions = {"d1": Story(replace(ASKED, name=hostile), (Event(AT, text("{what}", what=hostile)),))}
    store.freeze_in_force = Frozen(hostile, AT, hostile)
    for arguments in (("pending",), ("show", "d1"), ("freeze",)):
        assert all(each.isprintable() for each in run(store, *arguments).output.splitlines())
    assert len(run(store, "show", "d1").output.splitlines()) == 2
    assert all(each.isprintable() for each in run(store, "show", hostile, ends_with=1).output.splitlines())


def test_wrong_settings_of_redis_are_listed(store: MemoryStore) -> None:
    """Exit status 2, and the store is not opened."""
    ended = CliRunner().invoke(commands, ["freeze"], obj=store.open, env={"REDIS_URL": "http://h"})
    assert ended.exit_code == 2
    assert "- REDIS_URL is not a Redis URL." in ended.output
    assert store.opened == []
