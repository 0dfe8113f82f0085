"""Secrets out of files: `NAME_FILE` in place of `NAME`."""

import os
import socket
from pathlib import Path

import pytest

from bot.settings import Fault, Settings, load_settings
from bot.settings.model import secrets_of
from tests.settings.examples import BY_KEY, BY_USER, HTTP, SOCKET, faults


@pytest.mark.parametrize("name", secrets_of(Settings))
def test_every_secret_can_come_from_a_file(name: str, tmp_path: Path) -> None:
    """Docker and Kubernetes hand secrets over as files, often with a line break at the end."""
    environ = (
        SOCKET
        | BY_KEY
        | {
            "REDIS_URL": "redis://h",
            "SLACK_SIGNING_SECRET": "s",
            "HUAWEICLOUD_SDK_SECURITY_TOKEN": "t",
            "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=k",
        }
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
    unreadable = "names a file that cannot be read: No such file or directory"
    path = "Correct the path, or let the user that runs the bot read the file."
    hint = "Correct the path or the file."
    assert faults(environ, tmp_path) == [
        Fault("SLACK_BOT_TOKEN_FILE", "is set as well as SLACK_BOT_TOKEN", "Keep one of them and unset the other."),
        Fault("SLACK_APP_TOKEN_FILE", unreadable, path),
        Fault("REDIS_URL_FILE", "names a file that has more than 65536 bytes", hint),
        Fault("HUAWEICLOUD_SDK_AK_FILE", "names a file that is empty", hint),
        Fault("HUAWEICLOUD_SDK_SK_FILE", "names a file that is not UTF-8", hint),
        Fault("HUAWEICLOUD_SDK_SECURITY_TOKEN_FILE", "names a file that is a folder", hint),
    ]


@pytest.mark.timeout(10)
@pytest.mark.parametrize("writer", [False, True], ids=["nobody_writes", "somebody_could_write"])
def test_a_pipe_is_refused_at_once(tmp_path: Path, *, writer: bool) -> None:
    """Reading it would hang the start until someone writes, and not even SIGTERM would be heard."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR) if writer else None
    told = faults(HTTP | BY_KEY | {"SLACK_APP_TOKEN_FILE": str(pipe)}, tmp_path)
    assert told == [
        Fault("SLACK_APP_TOKEN_FILE", "names a file that is not a regular file", "Correct the path or the file.")
    ]
    if end is not None:
        os.close(end)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/tty"])
def test_a_device_is_refused(device: str, tmp_path: Path) -> None:
    """One never ends, one holds nothing, one waits for someone to type."""
    (told,) = faults(HTTP | BY_KEY | {"SLACK_APP_TOKEN_FILE": device}, tmp_path)
    assert told.where == "SLACK_APP_TOKEN_FILE"


def test_a_socket_is_refused(tmp_path: Path) -> None:
    """It cannot even be opened."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        (told,) = faults(HTTP | BY_KEY | {"SLACK_APP_TOKEN_FILE": "socket"}, tmp_path)
    assert told.what == "names a file that cannot be read: No such device or address"


def test_a_secret_can_be_a_link_and_its_path_need_not_be_utf_8(tmp_path: Path) -> None:
    """Kubernetes mounts links; a path is bytes."""
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    os.mkdir(folder)  # noqa: PTH102 - bytes that are not UTF-8
    (Path(folder) / "token").write_text("xapp-1-a", encoding="utf-8")
    (tmp_path / "link").symlink_to(Path(folder) / "token")
    for path in (f"{folder}/token", "link"):
        settings = load_settings(HTTP | BY_KEY | {"SLACK_APP_TOKEN_FILE": path}, tmp_path)
        assert settings.slack_app_token is not None


def test_a_wrong_secret_is_traced_to_its_file(tmp_path: Path) -> None:
    """The fault names the variable to look at."""
    (tmp_path / "token").write_text("xoxp-1-a", encoding="utf-8")
    environ = {"SLACK_SIGNING_SECRET": "s", "SLACK_BOT_TOKEN_FILE": "token"} | BY_KEY
    (told,) = faults(environ, tmp_path)
    assert told.where == "SLACK_BOT_TOKEN (from SLACK_BOT_TOKEN_FILE)"
    assert told.what == "is not a bot token"
