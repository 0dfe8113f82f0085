"""Valid settings for tests to start from, and the faults of those that are not valid."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import Fault, SettingsError, load_settings

HTTP = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_SIGNING_SECRET": "0123456789abcdef"}
SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_APP_TOKEN": "xapp-1-a"}
BY_KEY = {"HUAWEICLOUD_SDK_AK": "AK0123", "HUAWEICLOUD_SDK_SK": "SK0123"}
BY_USER = {"CODEARTS_IAM_USER": "bot", "CODEARTS_IAM_PASSWORD": "pass word é", "CODEARTS_IAM_DOMAIN": "acme"}
ENOUGH = HTTP | BY_KEY

CONTRACT = """
[operators]
U01ALICE = "alice"
W02BOB = "Bob B."

[operators_from]
email_domain = ""
profile_field = ""

[allow]
users = ["U01ALICE"]
usergroups = []
channels = ["C01", "D01", "G01"]
admins = []

[confirmation]
ttl_seconds = 60
second_step = "button"
dwell_seconds = 2
reason = "optional"
grace_seconds = 0
resume_seconds = 120
verify_seconds = 90
rules = [{ channels = ["C02"], second_step = "second_person", grace_seconds = 30 }]

[[rules]]
second_step = "second_person"
grace_seconds = 604800
reason = "required"
protect = false
warn = "Release gate: ask the quality team first."
[rules.match]
channels = ["C02", "D*"]
projects = ["pay*"]
repositories = ["*/pay"]
names = ["release-*"]
tasks = ["a*"]

[second_person]
ttl_seconds = 28800
confirmers = 2
ask = ["S0QUALITY", "U01ALICE"]
remind_minutes = [60, 15, 1000]
break_glass = false

[codearts]
projects = ["0f3a"]
console_url = "https://console.example.com/{project_id}/{task_id}"

[notify]
channels = ["C09"]

[limits]
deletions_per_hour = 20
deletions_per_hour_per_person = 5

[record]
retention_days = 0

[redis]
wait_replicas = 1
"""


def faults(environ: Mapping[str, str], cwd: Path) -> list[Fault]:
    """The faults of settings that must have some."""
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, cwd)
    return list(caught.value.faults)
