"""Which proxy leads to one of Slack's hosts: the API's, that of a response_url, and that of a WebSocket all differ."""

from collections.abc import Callable

ProxyFor = Callable[[str], str | None]
"""Returns the URL of the proxy to use for a URL; None to connect directly."""


def directly(_url: str) -> None:
    """A `ProxyFor` without any proxy."""
