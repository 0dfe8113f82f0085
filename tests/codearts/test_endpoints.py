"""Where requests that carry credentials may go."""

import pytest

from bot.codearts.endpoints import checked_endpoint


@pytest.mark.parametrize(
    "url",
    [
        "https://codearts.example.com",
        "https://proxy.example.com:8443/check",
        "http://127.0.0.1:8080",
        "http://[::1]:1",
        "http://localhost:1",
    ],
)
def test_an_endpoint_is_https_or_this_machine(url: str) -> None:
    """These may get credentials."""
    assert checked_endpoint(url) == url


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("codearts.example.com", "not a valid URL"),
        ("ftp://codearts.example.com", "not a valid URL"),
        ("https://", "not a valid URL"),
        ("https://codearts.example.com:port", "not a valid URL"),
        ("https://user:secret@codearts.example.com", "nothing more"),
        ("https://codearts.example.com?x=1", "nothing more"),
        ("http://codearts.example.com", "use https"),
    ],
)
def test_any_other_endpoint_is_refused_with_the_reason(url: str, fault: str) -> None:
    """Credentials go nowhere in the clear, and the text repeats none."""
    with pytest.raises(ValueError, match=fault) as refused:
        checked_endpoint(url)
    assert "secret" not in str(refused.value)
