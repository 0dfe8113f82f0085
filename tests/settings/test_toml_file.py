"""codecheck.toml: what it may hold, and what a person reads if it holds something else."""

import os
from pathlib import Path

import pytest

from bot.settings import Fault
from tests.settings.examples import ENOUGH, faults


def faults_of(toml: str, folder: Path) -> list[Fault]:
    """The faults of a codecheck.toml next to an environment that is valid."""
    (folder / "codecheck.toml").write_text(toml, encoding="utf-8")
    return faults(ENOUGH, folder)


TABLE = ("is not a table", "Write its name in brackets on a line of its own, and its keys below.")
NUMBER = ("is not a whole number", "Write digits only; in the TOML file without quotes.")
USER_ID = ("is not a Slack user ID", "In Slack, open the person's profile, ⋮, Copy member ID.")
CHANNEL_ID = (
    "is not a Slack channel ID",
    "In Slack, open the channel's details: its ID is at the bottom of the About tab.",
)
IAM_NAME = "Write the IAM user name: 1 to 64 letters, digits, spaces, dots, hyphens and underscores."
STEPS = 'Set it to "button", "typed" or "second_person".'
GROUP_ID = (
    "is not the ID of a Slack user group",
    "In Slack, open the group under People, User groups, ⋮, Copy group ID.",
)
DOMAIN = ("is not a domain of e-mail addresses", "Write what follows the @, such as example.com.")
FIELD = ("is not the ID of a Slack profile field", "Use the ID that begins with Xf, as team.profile.get lists it.")
REASON = ("is not a way to ask for a reason", 'Set it to "off", "optional" or "required".')
NOTHING_ASKED = ("entry 1 asks for nothing", "Give it second_step, grace_seconds, reason, protect or warn.")
DOUBLE_BRACKETS = ("is not a list", "Begin each rule with [[rules]] on a line of its own.")
RULE_TABLE = "Begin each rule with its table's name in two brackets on a line of its own."
MATCH = 'Write it as { channels = ["C..."], names = ["release-*"] }.'
TRUE_OR_FALSE = ("is neither true nor false", "Write true or false, without quotes.")
TEXTS = ("is not a list", 'Write it as ["...", "..."].')
WARN = ("is too long or has a line break", "Write one line of at most 200 characters.")
ASK = (
    "is not the ID of a Slack user or user group",
    "Copy the member ID (U…) from a profile, or the group ID (S…) from People, User groups.",
)
PROJECT = (
    "is not the ID of a CodeArts project",
    "Copy the 32 characters from the address of the project's page.",
)
TEMPLATE = "Write it as https://host/path/{project_id}/{task_id}."
NO_CHANNELS = ("is missing or empty", 'Name the channels that the rule is for: channels = ["C..."].')
KNOWN = (
    "Use one of: [record], [redis], [operators], [operators_from], [allow], [confirmation], [rules], [second_person], "
    "[codearts], [notify], [limits]."
)


@pytest.mark.parametrize(
    ("toml", "where", "told"),
    [
        ("[operator]", "operator", ("is not a setting", "Did you mean [operators]?")),
        ("[zzz]", "zzz", ("is not a setting", KNOWN)),
        ("ttl_seconds = 60", "ttl_seconds", ("is outside its table", "Put it under [confirmation].")),
        (
            'PORT = "1"',
            "PORT",
            ("does not belong in this file", "Set it as an environment variable."),
        ),
        ("[confirmation]\nttl = 60", "[confirmation] ttl", ("is not a setting", "Did you mean ttl_seconds?")),
        ("[redis]\nzzz = 60", "[redis] zzz", ("is not a setting", "Use one of: wait_replicas.")),
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
        ('[operators]\nU01 = "a@b"', "[operators] U01", ("is not an IAM user name", IAM_NAME)),
        ("[operators]\nU01 = 5", "[operators] U01", ("is not a text", "Put it in quotes.")),
        ('[allow]\nusers = ["U01", "alice"]', "[allow] users entry 2", USER_ID),
        ('[allow]\nusers = "U01"', "[allow] users", ("is not a list", 'Write it as ["...", "..."].')),
        ('[allow]\nchannels = ["#general"]', "[allow] channels entry 1", CHANNEL_ID),
        ('[notify]\nchannels = ["U01"]', "[notify] channels entry 1", CHANNEL_ID),
        ('[confirmation]\nttl_seconds = "60"', "[confirmation] ttl_seconds", NUMBER),
        ("[confirmation]\ndwell_seconds = true", "[confirmation] dwell_seconds", NUMBER),
        ("[confirmation]\nttl_seconds = 60.5", "[confirmation] ttl_seconds", NUMBER),
        (
            '[confirmation]\nsecond_step = "buton"',
            "[confirmation] second_step",
            ("is not a kind of second step", STEPS),
        ),
        ('[allow]\nusergroups = ["@team"]', "[allow] usergroups entry 1", GROUP_ID),
        ('[operators_from]\nemail_domain = "@example.com"', "[operators_from] email_domain", DOMAIN),
        ('[operators_from]\nemail_domain = "example"', "[operators_from] email_domain", DOMAIN),
        ('[operators_from]\nprofile_field = "IAM user"', "[operators_from] profile_field", FIELD),
        ('[confirmation]\nreason = "perhaps"', "[confirmation] reason", REASON),
        ("[[rules]]", "[[rules]]", NOTHING_ASKED),
        ('[[rules]]\nmatch = { names = ["x"] }\nsecond_step = "button"', "[[rules]]", NOTHING_ASKED),
        ("[rules]\nprotect = true", "[[rules]]", DOUBLE_BRACKETS),
        ("rules = [5]", "[[rules]] entry 1", ("is not a table", RULE_TABLE)),
        ("[[rules]]\nmatch = 5\nprotect = true", "[[rules]] entry 1 match", ("is not a table", MATCH)),
        ('[[rules]]\nprotect = "yes"', "[[rules]] entry 1 protect", TRUE_OR_FALSE),
        ("[[rules]]\nprotect = 1", "[[rules]] entry 1 protect", TRUE_OR_FALSE),
        (
            "[[rules]]\nprotct = true\nwarn = 'x'",
            "[[rules]] entry 1 protct",
            ("is not a setting", "Did you mean protect?"),
        ),
        (
            "[[rules]]\nprotect = true\nmatch = { name = ['x'] }",
            "[[rules]] entry 1 match name",
            ("is not a setting", "Did you mean names?"),
        ),
        (
            "[[rules]]\nprotect = true\nmatch = { channels = ['C01', '#release'] }",
            "[[rules]] entry 1 match channels entry 2",
            ("is neither a Slack channel ID nor a glob of one", CHANNEL_ID[1]),
        ),
        (
            "[[rules]]\nprotect = true\nmatch = { names = [''] }",
            "[[rules]] entry 1 match names entry 1",
            (
                "is empty, too long or has a control character",
                "Write a glob such as release-*, of at most 256 characters.",
            ),
        ),
        ("[[rules]]\nprotect = true\nmatch = { names = 'x' }", "[[rules]] entry 1 match names", TEXTS),
        (f"[[rules]]\nwarn = '{'x' * 201}'", "[[rules]] entry 1 warn", WARN),
        ('[[rules]]\nwarn = "a\\nb"', "[[rules]] entry 1 warn", WARN),
        ('[second_person]\nask = ["#quality"]', "[second_person] ask entry 1", ASK),
        (
            "[second_person]\nremind_minutes = 15",
            "[second_person] remind_minutes",
            ("is not a list", "Write it as [15, 60]."),
        ),
        ("[second_person]\nbreak_glass = 'no'", "[second_person] break_glass", TRUE_OR_FALSE),
        ('[codearts]\nprojects = ["Web shop"]', "[codearts] projects entry 1", PROJECT),
        (
            '[codearts]\nconsole_url = "http://h/{task_id}"',
            "[codearts] console_url",
            ("is not an https:// URL", TEMPLATE),
        ),
        (
            '[codearts]\nconsole_url = "https://h/{"',
            "[codearts] console_url",
            ("has a brace without its partner", TEMPLATE),
        ),
        ('[codearts]\nconsole_url = "https://h/"', "[codearts] console_url", ("does not lead to a task", TEMPLATE)),
        (
            '[codearts]\nconsole_url = "https://h/{task_id}/{0.__class__}"',
            "[codearts] console_url",
            ("has 1 placeholder(s) that it cannot have", TEMPLATE),
        ),
        ("[[confirmation.rules]]\ngrace_seconds = 5", "[confirmation] rules entry 1 channels", NO_CHANNELS),
        (
            '[[confirmation.rules]]\nchannels = ["C01"]\nsecond_step = "twice"',
            "[confirmation] rules entry 1 second_step",
            ("is not a kind of second step", STEPS),
        ),
        (
            '[[confirmation.rules]]\nchannels = ["C01"]\ngrace = 5',
            "[confirmation] rules entry 1 grace",
            ("is not a setting", "Did you mean grace_seconds?"),
        ),
    ],
)
def test_what_does_not_belong_there_is_reported_with_what_to_do(
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
        ("confirmation", "grace_seconds", (-1, 604_801), "0 to 604800 seconds"),
        ("redis", "wait_replicas", (11,), "0 to 10 replicas"),
        ("confirmation", "dwell_seconds", (-1, 31), "0 to 30 seconds"),
        ("second_person", "ttl_seconds", (0, 259_201), "1 to 259200 seconds"),
        ("second_person", "confirmers", (0, 11), "1 to 10 people"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    table: str, key: str, wrong: tuple[int, ...], range_: str, tmp_path: Path
) -> None:
    """Less than nothing, or longer than a response_url lives: the fault has the range."""
    for number in wrong:
        fault = Fault(f"codecheck.toml: [{table}] {key}", f"is {number}, which is out of range", f"Use {range_}.")
        assert fault in faults_of(f"[{table}]\n{key} = {number}", tmp_path)


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ("[operators", "is not valid TOML: Expected ']' at the end of a table declaration (at end of document)"),
        ('[allow]\nusers = ["U01"\n', "is not valid TOML: Unclosed array (at end of document)"),
        ("[allow]\nx = " + "9" * 5_000, "is not valid TOML: Exceeds the limit (4300 digits)"),
        ("x = " + "[" * 5_000, "is not valid TOML: "),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(toml: str, what: str, tmp_path: Path) -> None:
    """The parser's own words say where."""
    (told,) = faults_of(toml, tmp_path)
    assert (told.where, told.hint) == ("codecheck.toml", "Correct that line.")
    assert told.what.startswith(what)


def test_a_file_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    """TOML is UTF-8."""
    (tmp_path / "codecheck.toml").write_bytes(b'[operators]\nU01 = "\xe4"\n')
    assert faults(ENOUGH, tmp_path) == [Fault("codecheck.toml", "is not UTF-8", "Save it as UTF-8.")]


@pytest.mark.parametrize("name", ["no.toml", "/no/such/folder/x.toml", "caf\udce9.toml"])
def test_a_named_file_that_is_not_there_is_told_with_its_path(name: str, tmp_path: Path) -> None:
    """Without its operators and limits the bot would be another one."""
    (told,) = faults(ENOUGH | {"CODECHECK_CONFIG": name}, tmp_path)
    assert told.where == str(tmp_path / name).encode("utf-8", "backslashreplace").decode()
    assert told.what == "cannot be read: No such file or directory"
    assert told.hint == "Correct CODECHECK_CONFIG or the file."


@pytest.mark.parametrize("content", [b"\xe4", b"[", b"[zzz]", b"[allow]\nusers = 5"])
def test_the_name_of_a_file_commands_no_terminal(content: bytes, tmp_path: Path) -> None:
    """It may hold anything but a slash."""
    (tmp_path / "a\x1b[2J\udcff.toml").write_bytes(content)
    (told,) = faults(ENOUGH | {"CODECHECK_CONFIG": "a\x1b[2J\udcff.toml"}, tmp_path)
    assert told.where.startswith("a\\x1b[2J\\udcff.toml")
    assert str(told).isprintable()


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("pipe", "is not a regular file"),
        ("folder", "is a folder"),
        ("link", "cannot be read: No such file or directory"),
        ("loop", "cannot be read: Too many levels of symbolic links"),
        ("long", "has more than 1048576 bytes"),
    ],
)
def test_what_is_no_file_is_told_and_not_taken_for_none(kind: str, what: str, tmp_path: Path) -> None:
    """A pipe would hang the start; a link to nothing would start a bot without its rules."""
    path = tmp_path / "codecheck.toml"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "link":
            path.symlink_to("nothing")
        case "loop":
            path.symlink_to(path)
        case _:
            path.write_bytes(b"#" * 1_100_000)
    assert faults(ENOUGH, tmp_path) == [Fault(str(path), what, "Correct CODECHECK_CONFIG or the file.")]
