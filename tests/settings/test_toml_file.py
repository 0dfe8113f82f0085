"""codecheck.toml: what it may hold, and the cure where it holds something else."""

from pathlib import Path

import pytest

from bot.settings import Fault
from tests.settings.examples import ENOUGH, faults


def faults_of(toml: str, folder: Path) -> list[Fault]:
    """The faults of a codecheck.toml beside an environment that is well."""
    (folder / "codecheck.toml").write_text(toml, encoding="utf-8")
    return faults(ENOUGH, folder)


TABLE = ("is not a table", "Write its name in brackets on a line of its own, and its keys below.")
NUMBER = ("is not a whole number", "Write digits alone, in the TOML file without quotes.")
USER_ID = ("is no Slack user ID", "In Slack: a person's profile, its three dots, Copy member ID.")
CHANNEL_ID = (
    "is no Slack channel ID",
    "In Slack: click the channel's name; the ID is at the end of About.",
)
IAM_NAME = "Write the IAM user name: 1 to 64 letters, digits, spaces and any of . - _ alone."
KNOWN = "There are: [operators], [operators_from], [allow], [confirmation], [notify], [limits], [record], [redis]."


@pytest.mark.parametrize(
    ("toml", "where", "told"),
    [
        ("[operator]", "operator", ("is no setting", "Did you mean [operators]?")),
        ("[zzz]", "zzz", ("is no setting", KNOWN)),
        ("ttl_seconds = 60", "ttl_seconds", ("stands outside of its table", "Put it under [confirmation].")),
        (
            'PORT = "1"',
            "PORT",
            ("does not belong in this file", "Set it as a variable of the environment."),
        ),
        ("[confirmation]\nttl = 60", "[confirmation] ttl", ("is no setting", "Did you mean ttl_seconds?")),
        ("[redis]\nzzz = 60", "[redis] zzz", ("is no setting", "There are: wait_replicas.")),
        ("allow = 5", "[allow]", TABLE),
        ("operators = 5", "[operators]", TABLE),
        ('[operators]\nalice = "alice"', "[operators] alice", USER_ID),
        ('[operators]\n"U0\\n1" = "alice"', "[operators] U0\\n1", USER_ID),
        (
            '[operators]\nU01 = "al\\nice"',
            "[operators] U01",
            ("has a line break or another control character", IAM_NAME),
        ),
        ('[operators]\nU01 = "älice"', "[operators] U01", ("has a character that is not ASCII", IAM_NAME)),
        ('[operators]\nU01 = " alice"', "[operators] U01", ("begins or ends with a space", IAM_NAME)),
        ('[operators]\nU01 = "a@b"', "[operators] U01", ("is no IAM user name", IAM_NAME)),
        ("[operators]\nU01 = 5", "[operators] U01", ("is not a text", "Put it in quotes.")),
        ('[allow]\nusers = ["U01", "alice"]', "[allow] users entry 2", USER_ID),
        ('[allow]\nusers = "U01"', "[allow] users", ("is not a list", 'Write it as ["...", "..."].')),
        ('[allow]\nchannels = ["#general"]', "[allow] channels entry 1", CHANNEL_ID),
        ('[notify]\nchannels = ["U01"]', "[notify] channels entry 1", CHANNEL_ID),
        ('[confirmation]\nttl_seconds = "60"', "[confirmation] ttl_seconds", NUMBER),
        ("[confirmation]\nttl_seconds = true", "[confirmation] ttl_seconds", NUMBER),
        ("[confirmation]\nttl_seconds = 60.5", "[confirmation] ttl_seconds", NUMBER),
        (
            '[confirmation]\nsecond_step = "buton"',
            "[confirmation] second_step",
            ("is no kind of second step", 'Set it to "button".'),
        ),
    ],
)
def test_what_does_not_belong_there_is_told_with_its_cure(
    toml: str, where: str, told: tuple[str, str], tmp_path: Path
) -> None:
    """One fault: the table and the key, what is wrong, and what to do."""
    assert faults_of(toml, tmp_path) == [Fault(f"codecheck.toml: {where}", *told)]


@pytest.mark.parametrize(
    ("table", "key", "wrong", "range_"),
    [
        ("confirmation", "ttl_seconds", (-1, 0, 1801), "1 to 1800 seconds"),
        ("confirmation", "resume_seconds", (-1, 3601), "0 to 3600 seconds"),
        ("confirmation", "verify_seconds", (0, 3601), "1 to 3600 seconds"),
        ("redis", "wait_replicas", (11,), "0 to 10 replicas"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    table: str, key: str, wrong: tuple[int, ...], range_: str, tmp_path: Path
) -> None:
    """Less than nothing, or longer than a response_url lives: the fault has the range."""
    for number in wrong:
        fault = Fault(f"codecheck.toml: [{table}] {key}", f"is {number}, which is out of range", f"Give {range_}.")
        assert fault in faults_of(f"[{table}]\n{key} = {number}", tmp_path)


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("confirmation", 'second_step = "typed"'),
        ("confirmation", 'second_step = "second_person"'),
        ("confirmation", "grace_seconds = 10"),
        ("allow", 'usergroups = ["S01"]'),
        ("operators_from", 'email_domain = "example.com"'),
        ("operators_from", 'profile_field = "Xf01"'),
    ],
)
def test_a_guard_that_is_not_there_yet_is_refused_rather_than_ignored(table: str, line: str, tmp_path: Path) -> None:
    """Ignored, it would leave a team less guarded than its file says."""
    (told,) = faults_of(f"[{table}]\n{line}", tmp_path)
    assert told.where == f"codecheck.toml: [{table}] {line.partition(' ')[0]}"
    assert "is not available in this version" in told.what


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ("[operators", "is no TOML: Expected ']' at the end of a table declaration (at end of document)"),
        ('[allow]\nusers = ["U01"\n', "is no TOML: Unclosed array (at end of document)"),
        ("[allow]\nx = " + "9" * 5_000, "is no TOML: Exceeds the limit (4300 digits)"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(toml: str, what: str, tmp_path: Path) -> None:
    """The parser's own words say where."""
    (told,) = faults_of(toml, tmp_path)
    assert (told.where, told.cure) == ("codecheck.toml", "Correct that line.")
    assert told.what.startswith(what)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    (tmp_path / "codecheck.toml").write_bytes(b'[operators]\nU01 = "\xe4"\n')
    assert faults(ENOUGH, tmp_path) == [Fault("codecheck.toml", "is not UTF-8", "Save it as UTF-8.")]


def test_a_named_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Without its operators and limits the bot would be another one."""
    assert faults(ENOUGH | {"CODECHECK_CONFIG": "no.toml"}, tmp_path) == [
        Fault(
            "codecheck.toml or CODECHECK_CONFIG",
            "cannot be read: No such file or directory",
            "Correct the path or the file.",
        )
    ]
