"""The documents are held against the code: what they link to, name and show is there."""

import inspect
import json
import re
import tomllib
from pathlib import Path

import pytest

from bot.cli import commands
from bot.domain.deletion import Deletion, Lifecycle
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.rules import Safeguards
from bot.settings import load_settings, setting_rows
from bot.slack.registry import discover
from bot.store.codec import encode
from bot.store.schema import Keys
from tests.document_tables import REQUEST, redis_keys_table
from tests.generated import PARTS, ROOT, documents, parts_in, written

DOCUMENTS = documents()
_FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_PLACE = re.compile(r"`((?:bot|tests|docs|sandbox|benchmarks|deploy)/[\w./-]+)`")
_SHELL = {"SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"}


def prose(path: Path) -> str:
    """A document without its blocks of code."""
    return _FENCED.sub("", path.read_text(encoding="utf-8"))


def blocks(path: Path, language: str) -> list[str]:
    """A document's blocks of code in one language."""
    return [each["code"] for each in _FENCED.finditer(path.read_text(encoding="utf-8")) if each["language"] == language]


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_what_is_generated_is_as_the_code_has_it(path: Path) -> None:
    """Settings, commands, transitions, keys and the rights that Redis must give, in the code's own words and order."""
    document = path.read_text(encoding="utf-8")
    assert written(document) == document, f"{path.name} is out of date: run python -m tests.generated"


def test_every_generated_part_is_in_one_document() -> None:
    """A setting or a command is described in one place."""
    found = [name for path in DOCUMENTS for name in parts_in(path.read_text(encoding="utf-8"))]
    assert sorted(found) == sorted(PARTS)


@each_document
def test_every_link_leads_to_something(path: Path) -> None:
    """Relative links and anchors; what is elsewhere cannot be looked at here."""
    broken = []
    for link in _LINK.finditer(prose(path)):
        target = (path.parent / link["path"]).resolve() if link["path"] else path
        if not target.exists() or (link["anchor"] and link["anchor"] not in anchors(target)):
            broken.append(link[0])
    assert not broken


@each_document
def test_every_path_that_is_named_exists(path: Path) -> None:
    """Files and folders are named as they are."""
    assert not [place for place in _PLACE.findall(prose(path)) if not (ROOT / place).exists()]


@each_document
def test_every_command_that_is_named_exists(path: Path) -> None:
    """What is typed at a shell, in Slack, and to make."""
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|\$ )make ([a-z]+)", text))
    assert named <= targets, f"make has no {sorted(named - targets)}"
    named = set(re.findall(r"(?:`|\$ )codecheck-bot ([a-z]+)", text))
    assert named <= set(commands.commands), f"codecheck-bot has no {sorted(named - set(commands.commands))}"
    known = {each.name for each in discover().subcommands}
    named = set(re.findall(r"`/codecheck ([a-z]+)", text))
    assert named <= known, f"/codecheck has no {sorted(named - known)}"


@each_document
def test_every_variable_that_is_named_exists(path: Path) -> None:
    """Also in the prose, where nobody looks when a name changes."""
    rows = [row for row in setting_rows() if not row.table]
    known = {row.name for row in rows} | {f"{row.name}_FILE" for row in rows if row.secret} | _SHELL
    named = set(re.findall(r"`((?:SLACK|CODEARTS|CODECHECK|HUAWEICLOUD|REDIS|SSL)_[A-Z_]+)\b", path.read_text("utf-8")))
    assert named <= known, f"{path.name} names {sorted(named - known)}, which nothing reads"


@pytest.mark.parametrize("path", [path for path in DOCUMENTS if blocks(path, "toml")], ids=lambda path: path.name)
def test_every_example_of_codecheck_toml_is_valid(path: Path, tmp_path: Path) -> None:
    """What people copy works."""
    for number, example in enumerate(blocks(path, "toml")):
        tomllib.loads(example)
        file = tmp_path / f"{number}.toml"
        file.write_text(example, encoding="utf-8")
        load_settings(
            {
                "CODECHECK_CONFIG": str(file),
                "SLACK_BOT_TOKEN": "xoxb-1",
                "SLACK_APP_TOKEN": "xapp-1",
                "HUAWEICLOUD_SDK_AK": "AK",
                "HUAWEICLOUD_SDK_SK": "SK",
                "HUAWEICLOUD_SDK_PROJECT_ID": "0" * 32,
            },
            tmp_path,
        )


def looked_for() -> list[tuple[str, list[str], list[str]]]:
    """The table of where to look: the behaviour, the files, and the names in them."""
    _, _, table = (ROOT / "docs/architecture.md").read_text(encoding="utf-8").partition("<!-- where -->\n")
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:] if line.startswith("|")]
    return [(row[0], re.findall(r"`([^`]+)`", row[1]), re.findall(r"`([^`]+)`", row[2])) for row in rows]


@pytest.mark.parametrize(("behaviour", "files", "names"), looked_for(), ids=lambda value: str(value)[:60])
def test_a_behaviour_is_where_the_table_says(behaviour: str, files: list[str], names: list[str]) -> None:
    """Each file that is named has one of the names, and each name is in one of the files."""
    assert files
    assert names, f"{behaviour}: say what to look for"
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in files}
    assert all(any(name in text for name in names) for text in texts.values())
    assert all(any(name in text for text in texts.values()) for name in names)


def test_the_table_of_behaviours_is_read() -> None:
    """So that the test above does not run over nothing."""
    assert len(looked_for()) >= 25


def test_every_key_in_redis_is_in_the_table() -> None:
    """Also one that someone has just added to `Keys`."""
    documented = set(re.findall(r"^\| `([a-z_]+)", redis_keys_table(), re.MULTILINE))
    keys = {name for name, _ in inspect.getmembers(Keys) if not name.startswith("_")} - {"prefix"}
    named = {"response_url", *keys}
    assert documented == named


def test_the_fields_of_a_deletion_are_those_of_the_document() -> None:
    """The hash as it is written, and what its `request` holds."""
    deletion = Deletion(
        id="one",
        task_id="task",
        requester=SlackUser("T1", "U1"),
        operator="alice",
        channel="C1",
        reason="why",
        safeguards=Safeguards(protect=True),
        lifecycle=Lifecycle(state=State.REQUESTED, expires_at=1),
        traceparent="00-trace-span-01",
    )
    fields = encode(deletion)
    assert set(json.loads(fields["request"])) == set(REQUEST)
    table = (
        (ROOT / "docs/redis.md").read_text(encoding="utf-8").partition("has these fields:\n")[2].partition("\n\nAll")[0]
    )
    named = (
        {name for line in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", line.split("|")[1])}
        if table
        else set()
    )
    assert named == {"requested_at", *fields}
