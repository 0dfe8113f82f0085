"""A kind of second confirmation is one file: a copy of the bot with one more knows it everywhere."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bot
from tests.settings.examples import ENOUGH

KIND = '''
"""`backwards`: the requester types the task's ID backwards."""

from bot.domain.confirmations.kind import Attempt, Kind
from bot.domain.refusal import Reason
from bot.domain.text import Text


def _objection(attempt: Attempt) -> Reason | None:
    if attempt.typed is None:
        return Reason.NAME_NOT_TYPED
    return None if attempt.typed[::-1] in attempt.answers else Reason.WRONG_NAME


KIND = Kind(
    "backwards",
    strictness=5,
    objection=_objection,
    typed=True,
    hint=Text("Only {requester} can confirm, by typing the ID backwards"),
    here=Text("Here you type the ID backwards."),
)
'''
ASKS = """
import json, os, sys
from dataclasses import replace
from pathlib import Path

import bot
from bot.domain.access import Identity
from bot.domain.decision import decide
from bot.domain.deletion import Deletion, Lifecycle
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.rules import strictest
from bot.deletions.requests import Whoami
from bot.settings import SettingsError, load_settings
from bot.slack.commands.whoami import _may
from bot.slack.views.from_deletion import shown
from bot.slack.views.layout import drawn
from bot.slack.views.prompt import prompt

folder, environ = Path(sys.argv[1]), json.loads(sys.argv[2])
(folder / "codecheck.toml").write_text('[confirmation]\\nsecond_step = "backwards"')
settings = load_settings(environ, folder)
safeguards = settings.safeguards.of("C1", None, "897acf")
alice = SlackUser("T1", "U01ALICE")
lifecycle = Lifecycle(state=State.REVIEWED, expires_at=9_000, confirmable_at=1)
deletion = Deletion(id="d", task_id="897acf", requester=alice, operator="alice", channel="C1",
                    safeguards=safeguards, lifecycle=lifecycle, read_at=5_000)
identity = Identity(alice, "alice")

def confirmed(typed):
    return decide(deletion, Action.CONFIRM, identity, safeguards, requester=identity, typed=typed).reason

(folder / "codecheck.toml").write_text('[confirmation]\\nsecond_step = "forwards"')
try:
    load_settings(environ, folder)
    fault = ""
except SettingsError as error:
    fault = str(error)
print(json.dumps({
    "at": bot.__file__,
    "second_step": safeguards.second_step,
    "reasons": [confirmed(None), confirmed("897acf"), confirmed("fca798")],
    "prompt": drawn(prompt(shown(deletion))).text,
    "buttons": str(drawn(prompt(shown(deletion))).blocks),
    "whoami": str(_may(Whoami(identity, None, safeguards))[1]),
    "stricter": strictest(safeguards, replace(safeguards, second_step="second_person")).second_step,
    "fault": fault,
}))
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the bot with one more file."""
    copy = tmp_path / "copy"
    shutil.copytree(Path(bot.__file__).parent, copy / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "bot" / "domain" / "confirmations" / "backwards.py").write_text(KIND, encoding="utf-8")
    return copy


async def test_one_more_file_is_one_more_kind(copied: Path, tmp_path: Path) -> None:
    """Settings take it, decisions ask it, rules compare it, the prompt and `whoami` say it: no other file changed."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", ASKS, str(tmp_path), json.dumps(ENOUGH)],
        cwd=copied,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["at"].startswith(str(copied))
    assert said["second_step"] == said["stricter"] == "backwards"
    assert said["reasons"] == ["name_not_typed", "wrong_name", "allowed"]
    assert "Only <@U01ALICE> can confirm, by typing the ID backwards" in said["prompt"]
    assert "Delete 897acf…" in said["buttons"]  # with the dots: a modal follows
    assert said["whoami"] == "Here you type the ID backwards."
    assert "backwards" in said["fault"]
