"""The variables of the deployment files, and stand-ins for the secrets that they name."""

from collections.abc import Mapping
from pathlib import Path

from bot.settings import setting_rows

ENVIRONMENT_NAMES = {name for row in setting_rows() if not row.table for name in (row.name, f"{row.name}_FILE")}
_SECRETS = {
    "redis_url": "redis://:stand-in@valkey:6379/0",
    "slack_bot_token": "xoxb-1-stand-in",
    "slack_app_token": "xapp-1-stand-in",
    "slack_signing_secret": "0123456789abcdef0123456789abcdef",
    "codearts_ak": "STANDINSTANDINSTANDI",
    "codearts_sk": "standinstandinstandinstandinstandinstand",
}


def with_secrets(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """An environment whose `NAME_FILE` variables lead to stand-ins in `folder`."""
    found = dict(environment)
    for name, path in environment.items():
        if name.endswith("_FILE"):
            secret = folder / Path(path).name
            secret.write_text(_SECRETS[secret.name], encoding="utf-8")
            secret.chmod(0o600)
            found[name] = str(secret)
    return found
