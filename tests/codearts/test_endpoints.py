"""Where the service lives."""

import pytest

from bot.codearts.endpoints import KNOWN_REGIONS, checked_endpoint, endpoint_of, iam_endpoint_of


@pytest.mark.parametrize("region", [*KNOWN_REGIONS, "eu-west-101", "my-kualalumpur-1"])
def test_a_region_has_its_two_hosts(region: str) -> None:
    """Known regions, and those yet to come."""
    assert endpoint_of(region) == f"https://codearts-check.{region}.myhuaweicloud.com"
    assert iam_endpoint_of(region) == f"https://iam.{region}.myhuaweicloud.com"


@pytest.mark.parametrize("region", ["", "cn", "CN-NORTH-4", "cn-north-4.evil.example", "cn-north-4/", "cn north 4"])
def test_what_is_no_region_makes_no_host(region: str) -> None:
    """A region's name becomes part of a host, so it must not be able to change it."""
    with pytest.raises(ValueError, match="a region is named like cn-north-4"):
        endpoint_of(region)


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
        ("codearts.example.com", "not a URL"),
        ("ftp://codearts.example.com", "not a URL"),
        ("https://", "not a URL"),
        ("https://codearts.example.com:port", "not a URL"),
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
