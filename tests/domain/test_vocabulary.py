"""The domain knows neither Slack's markup nor the vendor's error codes."""

from pathlib import Path

import pytest

import bot.domain

_FILES = sorted(Path(bot.domain.__file__).parent.glob("**/*.py"))


@pytest.mark.parametrize("word", ["<@", "/invite", "CC.", "APIGW", "APIG.", "IAM.0"])
def test_no_word_of_slack_or_the_vendor_is_in_the_domain(word: str) -> None:
    """Slack's words belong to `bot.slack`, the vendor's to `bot.codearts`."""
    found = {file.name for file in _FILES if word in file.read_text()}
    assert not found
