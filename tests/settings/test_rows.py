"""The settings as tables, which the README is held against."""

import tomllib

import pytest

from bot.settings import SettingRow, setting_rows
from bot.settings.model import VARIABLES
from bot.settings.secret_files import SECRETS
from tests.settings.examples import CONTRACT


def test_every_setting_has_a_row_with_its_meaning() -> None:
    """The README's tables are held against these rows."""
    rows = setting_rows()
    assert [row.name for row in rows if not row.table] == list(VARIABLES)
    assert {row.name for row in rows if row.secret} == set(SECRETS)
    assert {(row.table, row.name) for row in rows if row.table} == {
        (table, key if table != "operators" else "") for table, keys in tomllib.loads(CONTRACT).items() for key in keys
    }
    assert all(row.meaning for row in rows)


@pytest.mark.parametrize(
    "row",
    [
        SettingRow("", "SLACK_BOT_TOKEN", "xoxb token", "required", secret=True),
        SettingRow("", "SLACK_APP_TOKEN", "xapp token: Socket Mode", "", secret=True),
        SettingRow("", "PORT", "port where HTTP listens; 0 takes a free one", "`3000`"),
        SettingRow("", "CODEARTS_ENDPOINT", "base URL of CodeArts Check", "from the region"),
        SettingRow("notify", "channels", "IDs of channels told of every outcome as well", "`[]`"),
        SettingRow("operators", "", "Slack user ID -> operator (IAM user name)", ""),
    ],
)
def test_a_row_says_the_default_as_one_writes_it_or_how_it_is_found(row: SettingRow) -> None:
    """Each kind of default, by one setting that has it."""
    assert row in setting_rows()
