"""The signature against the vendor's published sample and against the vendor's own signer."""

import hashlib
from string import ascii_letters, digits

import httpx
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st

from bot.codearts.signature import authorization, canonical_request

_SAMPLE = httpx.Request(
    "GET",
    "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs"
    "?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
    headers={"Content-Type": "application/json", "X-Sdk-Date": "20191115T033655Z"},
)
_SIGNED = ["content-type", "host", "x-sdk-date"]

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
_PART = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], exclude_characters="?#"), max_size=20
)
_HEADER = st.text(ascii_letters + digits + " ._-;:=/", min_size=1, max_size=30)
_REQUESTS = st.builds(
    httpx.Request,
    method=st.sampled_from(["GET", "DELETE", "POST", "PUT", "PATCH"]),
    url=st.builds(
        httpx.URL,
        st.just("https://codearts-check.cn-north-4.myhuaweicloud.com:8443"),
        path=st.lists(_PART, max_size=5).map(lambda parts: "/" + "/".join(parts)),
        params=st.lists(st.tuples(_TEXT, _TEXT), max_size=5),
    ),
    headers=st.fixed_dictionaries(
        {"X-Sdk-Date": st.datetimes().map(lambda at: f"{at:%Y%m%dT%H%M%SZ}").filter(lambda text: len(text) == 16)},
        optional={"operator": _HEADER, "X-Project-Id": _HEADER, "X-Security-Token": _HEADER},
    ),
    content=st.binary(max_size=50),
)


def test_the_published_sample_is_hashed_and_signed_as_published() -> None:
    """The signing guide's own example comes out bit by bit."""
    canonical = canonical_request("GET", _SAMPLE.url, {name: _SAMPLE.headers[name] for name in _SIGNED}, b"")
    assert hashlib.sha256(canonical.encode()).hexdigest() == (
        "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
    )
    assert authorization(_SAMPLE, _SIGNED, "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc") == (
        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
    )


@given(request=_REQUESTS)
def test_any_request_is_signed_as_the_vendors_signer_does(request: httpx.Request) -> None:
    """Over paths, queries, headers and bodies, the two never differ."""
    signed = [name for name in request.headers if name.startswith("x-") or name in ("host", "operator")]
    vendors = SdkRequest(
        method=request.method,
        host=request.headers["host"],
        resource_path=request.url.raw_path.decode().partition("?")[0],
        query_params=request.url.params.multi_items(),
        header_params={name: request.headers[name] for name in signed},
        body=request.content,
    )
    Signer(BasicCredentials("AK", "SK", "project")).sign(vendors)
    assert authorization(request, signed, "AK", "SK") == vendors.header_params["Authorization"]
