"""What the URL of a web service must look like."""

import re
from string import Formatter
from urllib.parse import SplitResult, urlsplit

from bot.settings.checks import address, is_host, refusal

_AS_HTTPS = "Write it as https://host."
_PLACEHOLDERS = {"project_id", "task_id"}
_AS_TEMPLATE = "Write it as https://host/path/{project_id}/{task_id}."


def base_url(text: str) -> str:
    """The base of a web service, without a slash at its end.

    It must be https unless it is on this machine: everything that is sent there carries credentials.
    """
    url = split(text, _AS_HTTPS)
    if url.scheme not in ("https", "http"):
        raise refusal("is not an https:// URL", _AS_HTTPS)
    if not url.hostname or not is_host(url.hostname):
        raise refusal("has no valid host", _AS_HTTPS)
    if url.username is not None or url.password is not None:
        raise refusal("has credentials in it", "Take them out: they have settings of their own.")
    if url.query or url.fragment:
        raise refusal("has a query or a fragment", "Write it as https://host or https://host/path.")
    if url.scheme == "http" and not _loopback(url.hostname):
        raise refusal("would send credentials unencrypted", "Use https:// (http:// is allowed for 127.0.0.1 only).")
    return text.rstrip("/")


def console_url(text: str) -> str:
    """A link to a task's page, with `{task_id}` and perhaps `{project_id}` in it; "" for no links."""
    if not text:
        return text
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        raise refusal("has a brace without its partner", _AS_TEMPLATE) from None
    if unknown := names - _PLACEHOLDERS:
        raise refusal(f"has {len(unknown)} placeholder(s) that it cannot have", _AS_TEMPLATE)
    if "task_id" not in names:
        raise refusal("does not lead to a task", _AS_TEMPLATE)
    url = split(re.sub(r"\{(?:project_id|task_id)\}", "id", text), _AS_TEMPLATE)
    if url.scheme != "https" or not url.hostname or not is_host(url.hostname):
        raise refusal("is not an https:// URL", _AS_TEMPLATE)
    return text


def split(text: str, hint: str, *, several_hosts: bool = False) -> SplitResult:
    """The parts of a URL; with `several_hosts` its port is not looked at."""
    if not re.fullmatch(r"[!-~]+", text):
        raise refusal(
            "has a space, a line break or a character that is not ASCII", "Write the URL without anything around it."
        )
    try:
        url = urlsplit(text)
        if not several_hosts:
            url.port  # noqa: B018 - read for its check
    except ValueError:
        raise refusal("is not a valid URL: its host or port cannot be read", hint) from None
    return url


def _loopback(host: str) -> bool:
    found = address(host)
    return host == "localhost" if found is None else found.is_loopback
