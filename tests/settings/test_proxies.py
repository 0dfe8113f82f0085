"""Which proxy is used for which URL, and what is said of one that cannot be used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings.proxies import read_proxies

_CHECK = "https://codearts-check.cn-north-4.myhuaweicloud.com"
_SLACK = "https://slack.com/api/"
_PROXY, _OTHER = "http://proxy.example.com:3128", "http://other.example.com:3128"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": _PROXY}, _PROXY),
        ({"https_proxy": _PROXY}, _PROXY),
        ({"https_proxy": _PROXY, "HTTPS_PROXY": _OTHER}, _PROXY),
        ({"https_proxy": "", "HTTPS_PROXY": _OTHER}, None),
        ({"HTTP_PROXY": _PROXY}, None),
        ({"ALL_PROXY": _PROXY}, _PROXY),
        ({"all_proxy": _PROXY, "HTTPS_PROXY": _OTHER}, _OTHER),
        ({"HTTPS_PROXY": "proxy.example.com:3128"}, _PROXY),
        ({"HTTPS_PROXY": "https://user:pass@proxy.example.com"}, "https://user:pass@proxy.example.com"),
        ({"HTTPS_PROXY": f" {_PROXY} "}, _PROXY),
    ],
)
def test_the_proxy_is_read_as_curl_reads_it(environ: dict[str, str], proxy: str | None) -> None:
    """Lower case wins, one of its own before the one for all, a scheme may be left out."""
    assert read_proxies(environ).proxy_for(_CHECK) == proxy
    assert read_proxies(environ).faults([_CHECK]) == []


@pytest.mark.parametrize(
    ("no_proxy", "url", "straight"),
    [
        ("*", _CHECK, True),
        ("myhuaweicloud.com", _CHECK, True),
        (".myhuaweicloud.com", _CHECK, True),
        ("*.myhuaweicloud.com", _CHECK, True),
        ("MyHuaweiCloud.COM.", _CHECK, True),
        ("slack.com, ,myhuaweicloud.com", _CHECK, True),
        ("slack.com myhuaweicloud.com", _CHECK, True),
        ("huaweicloud.com", _CHECK, False),
        ("cloud.com", _CHECK, False),
        ("slack.com", _CHECK, False),
        ("myhuaweicloud.com:443", _CHECK, True),
        ("myhuaweicloud.com:8443", _CHECK, False),
        ("myhuaweicloud.com:8443", f"{_CHECK}:8443", True),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.1.2.3", "https://10.1.2.30", False),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", _CHECK, False),
        ("10.1.2.3:8443", "https://10.1.2.3:8443", True),
        ("10.1.2.3:8443", "https://10.1.2.3", False),
        ("fd00::1", "https://[fd00::1]", True),
        ("[fd00::1]", "https://[fd00:0::1]", True),
        ("[fd00::1]:8443", "https://[fd00::1]:8443", True),
        ("[fd00::1]:8443", "https://[fd00::1]", False),
        ("fd00::/8", "https://[fd12::1]", True),
        ("[fd00::]/8", "https://[fd12::1]", True),
        ("[fd00::/8]", "https://[fd12::1]", True),
        ("fd00::/8", "https://[fe80::1]", False),
        ("fd00::/8", "https://10.1.2.3", False),
        ("[::1]", _CHECK, False),
    ],
)
def test_what_no_proxy_lists_goes_straight(no_proxy: str, url: str, *, straight: bool) -> None:
    """Names with what is below them, addresses, networks of both kinds, ports: each for every host by itself."""
    proxies = read_proxies({"HTTPS_PROXY": _PROXY, "NO_PROXY": no_proxy})
    assert proxies.faults([url]) == []
    assert proxies.proxy_for(url) == (None if straight else _PROXY)


def test_a_websocket_takes_the_proxy_of_its_host() -> None:
    """Slack's WebSockets are at other hosts than its API, and begin as HTTPS."""
    proxies = read_proxies({"HTTPS_PROXY": _PROXY, "http_proxy": _OTHER, "NO_PROXY": "wss-backup.slack.com"})
    assert proxies.proxy_for("wss://wss-primary.slack.com/link/?ticket=1") == _PROXY
    assert proxies.proxy_for("wss://wss-backup.slack.com/link/?ticket=1") is None
    assert proxies.proxy_for("ws://10.1.2.3/") == _OTHER


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "https://127.8.8.8", "https://[::1]:1", "https://localhost"])
def test_this_machine_is_never_reached_through_a_proxy(url: str) -> None:
    """A stand-in, or a service beside the bot."""
    proxies = read_proxies({"HTTPS_PROXY": _PROXY, "http_proxy": _PROXY, "ALL_PROXY": "socks5://x"})
    assert proxies.proxy_for(url) is None
    assert proxies.faults([url]) == []


@pytest.mark.parametrize(
    ("environ", "where", "what"),
    [
        ({"ALL_PROXY": "socks5://user:hunter2@proxy:1080"}, "ALL_PROXY", "SOCKS"),
        ({"all_proxy": "socks5h://user:hunter2@proxy"}, "all_proxy", "SOCKS"),
        ({"https_proxy": "socks4://user:hunter2@proxy"}, "https_proxy", "SOCKS"),
        ({"HTTPS_PROXY": "ftp://user:hunter2@proxy"}, "HTTPS_PROXY", "scheme"),
        ({"HTTPS_PROXY": "http://user:hunter2@proxy:port"}, "HTTPS_PROXY", "not a valid URL"),
        ({"HTTPS_PROXY": "http://user:hunter2@"}, "HTTPS_PROXY", "not a valid URL"),
        ({"HTTPS_PROXY": "http://[::1"}, "HTTPS_PROXY", "not a valid URL"),
        ({"HTTPS_PROXY": "http://a..b:3128"}, "HTTPS_PROXY", "not a valid URL"),
        ({"HTTPS_PROXY": f"http://{'a' * 64}.example.com"}, "HTTPS_PROXY", "not a valid URL"),
        ({"HTTPS_PROXY": "http://pro xy:3128"}, "HTTPS_PROXY", "not ASCII"),
        ({"HTTPS_PROXY": "http://user:hunter2\t@proxy:3128"}, "HTTPS_PROXY", "not ASCII"),
        ({"HTTPS_PROXY": "http://usér:hunter2@proxy:3128"}, "HTTPS_PROXY", "not ASCII"),
        ({"HTTPS_PROXY": "http://%D1%8E:hunter2@proxy:3128"}, "HTTPS_PROXY", "user name or password"),
        ({"HTTPS_PROXY": "http://a%3Ab:hunter2@proxy:3128"}, "HTTPS_PROXY", "user name or password"),
        ({"HTTPS_PROXY": _PROXY, "NO_PROXY": "10.0.0.0/99"}, "NO_PROXY", "10.0.0.0/99"),
        ({"HTTPS_PROXY": _PROXY, "NO_PROXY": "http://user:hunter2@proxy.example.com"}, "NO_PROXY", "proxy.example.com"),
        ({"HTTPS_PROXY": _PROXY, "NO_PROXY": "a.com,[fd00::1,b:c,10.1.2.300"}, "NO_PROXY", "[fd00::1, b:c, 10.1.2.300"),
    ],
)
def test_what_cannot_be_used_is_a_fault_with_what_to_do(environ: dict[str, str], where: str, what: str) -> None:
    """And no traceback; the variable is named, and its password is not repeated."""
    (fault,) = read_proxies(environ).faults([_CHECK, _SLACK])
    assert fault.where == where
    assert what in fault.what
    assert fault.hint
    assert "hunter2" not in str(fault)


def test_a_proxy_that_no_url_needs_is_no_fault() -> None:
    """A machine's SOCKS proxy does not matter if every host of the bot goes straight."""
    proxies = read_proxies({"ALL_PROXY": "socks5://proxy", "NO_PROXY": "slack.com,.myhuaweicloud.com"})
    assert proxies.faults([_CHECK, _SLACK]) == []
    assert (proxies.proxy_for(_CHECK), proxies.proxy_for(_SLACK)) == (None, None)


def test_http_proxy_counts_in_lower_case_only() -> None:
    """A web server hands a header `Proxy:` to its scripts as `HTTP_PROXY`; so curl does not read that name either."""
    assert read_proxies({"HTTP_PROXY": _PROXY}).proxy_for("http://10.1.2.3") is None
    assert read_proxies({"http_proxy": _PROXY}).proxy_for("http://10.1.2.3") == _PROXY


def test_each_host_has_its_own_proxy() -> None:
    """Slack through the proxy, the cloud straight."""
    proxies = read_proxies({"HTTPS_PROXY": _PROXY, "NO_PROXY": ".myhuaweicloud.com"})
    assert (proxies.proxy_for(_SLACK), proxies.proxy_for(_CHECK)) == (_PROXY, None)


def test_using_a_proxy_that_cannot_be_used_is_refused() -> None:
    """Nobody goes straight because a fault was not looked at."""
    with pytest.raises(ValueError, match="SOCKS"):
        read_proxies({"ALL_PROXY": "socks5://proxy"}).proxy_for(_CHECK)


def test_the_password_is_a_secret() -> None:
    """It is redacted in logs, however it was quoted in the URL, and stands in no `repr`."""
    proxies = read_proxies({"HTTPS_PROXY": "http://user:p%40ssword@proxy:3128"})
    assert proxies.secrets == {"p@ssword"}
    assert "ssword" not in repr(proxies)


@given(st.dictionaries(st.sampled_from(["HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "no_proxy", "http_proxy"]), st.text()))
def test_any_environment_is_read(environ: dict[str, str]) -> None:
    """Whatever is set: either there is a fault, or the proxy can be asked for."""
    proxies = read_proxies(environ)
    if not proxies.faults([_CHECK, "http://10.1.2.3"]):
        proxies.proxy_for(_CHECK)
        proxies.proxy_for("http://10.1.2.3")
