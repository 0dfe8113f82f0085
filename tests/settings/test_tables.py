"""The settings as tables, from which the documents are made."""

import tomllib

import pytest

from bot.settings import SettingRow, Settings, setting_rows
from bot.settings.model import secrets_of, variables_of
from bot.settings.tables import environment_table, toml_table
from tests.settings.examples import CONTRACT


def in_contract() -> set[tuple[str, str]]:
    """Every table and key of the contract's file."""
    found = set()
    for table, keys in tomllib.loads(CONTRACT).items():
        if table == "operators":
            found.add(("[operators]", ""))
        elif isinstance(keys, list):
            (rule,) = keys
            found |= {(f"[[{table}]]", f"match.{kind}") for kind in rule.pop("match")}
            found |= {(f"[[{table}]]", key) for key in rule}
        else:
            found |= {(f"[{table}]", key) for key in keys}
    return found


def test_every_setting_has_a_row_with_its_meaning() -> None:
    """Also those in lists of tables, and in tables of tables."""
    rows = setting_rows()
    assert [row.name for row in rows if not row.table] == list(variables_of(Settings))
    assert {row.name for row in rows if row.secret} == set(secrets_of(Settings))
    assert {(row.table, row.name) for row in rows if row.table} == in_contract()
    assert all(row.meaning for row in rows)


def test_the_secrets_are_those_of_the_contract() -> None:
    """They are found by their type, so a new one cannot be forgotten."""
    assert secrets_of(Settings) == (
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "REDIS_URL",
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "CODEARTS_IAM_PASSWORD",
        "OTEL_EXPORTER_OTLP_HEADERS",
    )


@pytest.mark.parametrize(
    "row",
    [
        SettingRow("", "SLACK_BOT_TOKEN", "bot token (`xoxb-…`)", "required", secret=True),
        SettingRow("", "PORT", "port to listen on for HTTP; 0 takes any free port", "`3000`"),
        SettingRow("", "CODEARTS_ENDPOINT", "base URL of CodeArts Check", "the region's"),
        SettingRow("[notify]", "channels", "IDs of channels that are told of every outcome too", "`[]`"),
        SettingRow("[operators]", "", "Slack user ID = operator (IAM user name)", ""),
        SettingRow("[[rules]]", "match.names", "globs of task names", "`[]`"),
        SettingRow("[[rules]]", "protect", "`true`: this bot never deletes the task", "`false`"),
        SettingRow(
            "[second_person]", "remind_minutes", "how many minutes after the request they are reminded", "`[15, 60]`"
        ),
    ],
)
def test_a_row_says_the_default_as_it_would_be_written_or_how_it_is_found(row: SettingRow) -> None:
    """Each kind of default, by one setting that has it."""
    assert row in setting_rows()


def test_the_tables_are_markdown() -> None:
    """One line for each setting; a bar in a text would break its row."""
    for table, first in ((environment_table(), "| `SLACK_BOT_TOKEN` 🔒 |"), (toml_table(), "| `[operators]` |")):
        head, rule, *rows = table.splitlines()
        assert (head.count("|"), rule) == (4, "|---|---|---|")
        assert rows[0].startswith(first)
        assert all(row.count("|") == 4 for row in rows)
