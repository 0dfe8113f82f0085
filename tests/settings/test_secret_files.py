"""Secrets out of files: `NAME_FILE` in place of `NAME`."""

from pathlib import Path

import pytest

from bot.settings import Fault, load_settings
from bot.settings.secret_files import SECRETS
from tests.settings.examples import BY_KEY, BY_USER, HTTP, SOCKET, faults


@pytest.mark.parametrize("name", SECRETS)
def test_every_secret_can_come_from_a_file(name: str, tmp_path: Path) -> None:
    """Docker and Kubernetes hand secrets over as files, often with a line break at the end."""
    environ = (
        SOCKET | BY_KEY | {"REDIS_URL": "redis://h", "SLACK_SIGNING_SECRET": "s", "HUAWEICLOUD_SDK_SECURITY_TOKEN": "t"}
    )
    if name == "CODEARTS_IAM_PASSWORD":
        environ = SOCKET | BY_USER
    (tmp_path / "secret").write_text(environ[name] + "\r\n", encoding="utf-8")
    by_file = {key: value for key, value in environ.items() if key != name} | {f"{name}_FILE": "secret"}
    assert load_settings(by_file, tmp_path) == load_settings(environ, tmp_path)


def test_what_is_wrong_with_a_secret_file_is_told_without_its_path(tmp_path: Path) -> None:
    """People paste the secret itself where its file belongs."""
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "long").write_text("x" * 70_000, encoding="utf-8")
    environ = HTTP | {
        "SLACK_APP_TOKEN_FILE": "xapp-1-pasted",
        "SLACK_BOT_TOKEN_FILE": "empty",
        "HUAWEICLOUD_SDK_AK_FILE": "empty",
        "HUAWEICLOUD_SDK_SK_FILE": "binary",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE": ".",
        "REDIS_URL_FILE": "long",
    }
    what, cure = "names a file that cannot be used", "Correct the path or the file."
    assert faults(environ, tmp_path) == [
        Fault("SLACK_BOT_TOKEN_FILE", "is given beside SLACK_BOT_TOKEN", "Keep one of them and unset the other."),
        Fault("SLACK_APP_TOKEN_FILE", f"{what}: No such file or directory", cure),
        Fault("REDIS_URL_FILE", f"{what}: it is too long", cure),
        Fault("HUAWEICLOUD_SDK_AK_FILE", f"{what}: it is empty", cure),
        Fault("HUAWEICLOUD_SDK_SK_FILE", f"{what}: it is not UTF-8", cure),
        Fault("HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE", f"{what}: Is a directory", cure),
    ]


def test_a_wrong_secret_is_traced_to_its_file(tmp_path: Path) -> None:
    """The fault names the variable to look at."""
    (tmp_path / "token").write_text("xoxp-1-a", encoding="utf-8")
    environ = {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN_FILE": "token"} | BY_KEY
    (told,) = faults(environ, tmp_path)
    assert told.where == "SLACK_BOT_TOKEN (from SLACK_BOT_TOKEN_FILE)"
    assert told.what == "is no bot token"
