"""Secrets out of files, as Docker and Kubernetes hand them over: `NAME_FILE` in place of `NAME`."""

from collections.abc import Mapping
from pathlib import Path

from bot.settings.faults import Fault

SECRETS = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_APP_TOKEN",
    "REDIS_URL",
    "HUAWEICLOUD_SDK_AK",
    "HUAWEICLOUD_SDK_SK",
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "CODEARTS_IAM_PASSWORD",
)
_LIMIT = 64 * 1024  # bytes; no secret is longer, and a wrong path may lead to anything


def read_secret_files(environ: Mapping[str, str], cwd: Path) -> tuple[dict[str, str], list[Fault]]:
    """The secrets that `NAME_FILE` variables lead to, and what is wrong with those variables.

    The path is never quoted in a fault: people do paste the secret itself there.
    """
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for name in SECRETS:
        variable = f"{name}_FILE"
        if not (path := environ.get(variable)):
            continue
        if environ.get(name):
            faults.append(Fault(variable, f"is given beside {name}", "Keep one of them and unset the other."))
            continue
        try:
            values[name] = _read(cwd / path)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            faults.append(Fault(variable, f"names a file that cannot be used: {why}", "Correct the path or the file."))
    return values, faults


def _read(path: Path) -> str:
    """Raises `ValueError` where the content is no secret, without quoting it."""
    with path.open("rb") as file:
        content = file.read(_LIMIT + 1)
    if len(content) > _LIMIT:
        raise ValueError("it is too long")
    try:
        text = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    if not text:
        raise ValueError("it is empty")
    return text
