"""The round trips of one deletion, as `benchmarks.recording` has noted them: what a program plays back."""

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

COMMAND = "command"
FRESH = "@fresh@"


@dataclass(frozen=True, slots=True)
class Step:
    """One round trip.

    Args:
        to: redis, slack or codearts.
        what: the method of Slack's Web API, or an HTTP method of the service.
        path: with the query, for the service; the query, for Slack.
        body: of a call to Slack.
        commands: the commands for Redis; several are pipelined.
        answer: what the service answered.
    """

    to: Literal["redis", "slack", "codearts"]
    what: str = ""
    path: str = ""
    body: str = ""
    commands: tuple[tuple[str, ...], ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one payload leads to.

    Args:
        before: the round trips before it is acknowledged.
        after: those after that.
    """

    before: tuple[Step, ...]
    after: tuple[Step, ...]


Recording = dict[str, Turn]
"""By what arrives: COMMAND, or a button's action ID."""


def step_of(fields: Mapping[str, Any]) -> Step:
    """A step, from what `asdict` has made of it."""
    return Step(**{**fields, "commands": tuple(map(tuple, fields["commands"]))})


def write(recording: Recording, path: Path) -> None:
    """Keep a recording in a file."""
    path.write_text(json.dumps({name: asdict(turn) for name, turn in recording.items()}))


def read(path: Path) -> Recording:
    """What `write` has kept."""
    turns = json.loads(path.read_text())
    return {
        name: Turn(tuple(map(step_of, turn["before"])), tuple(map(step_of, turn["after"])))
        for name, turn in turns.items()
    }


def steps(recording: Recording) -> Iterator[Step]:
    """Every step of a deletion."""
    for turn in recording.values():
        yield from turn.before
        yield from turn.after


@dataclass(slots=True)
class Values:
    """What takes the place of the marks in one deletion.

    Args:
        keys: the beginning of every key.
        task: the task's ID.
        deletion: the deletion's ID.
        user: who asks and confirms.
        ts: the prompt's timestamp; "" until it is posted.
    """

    keys: str
    task: str
    user: str
    deletion: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    ts: str = ""

    def into(self, text: str) -> str:
        """Put them into a text, and something new for each token that is used once."""
        for mark, value in (
            ("@task@", self.task),
            ("@deletion@", self.deletion),
            ("@user@", self.user),
            ("@ts@", self.ts),
            ("@keys@", self.keys),
        ):
            text = text.replace(mark, value)
        return text.replace(FRESH, secrets.token_urlsafe(12)) if FRESH in text else text
