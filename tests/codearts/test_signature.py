"""The signature against the vendor's published sample and against the vendor's own signer."""

import hashlib
from string import ascii_letters, digits

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.codearts.signature import Request, authorization, canonical_request

_SAMPLE = Request(
    "GET",
    "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs",
    (("limit", "2"), ("marker", "13551d6b-755d-4757-b956-536f674975c0")),
    {
        "Content-Type": "application/json",
        "Host": "service.region.example.com",
        "X-Sdk-Date": "20191115T033655Z",
    },
)

_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20)
_PART = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"], exclude_characters="?#"), max_size=20
)
_HEADER = st.text(ascii_letters + digits + " ._-;:=/", min_size=1, max_size=30)
_REQUESTS = st.builds(
    Request,
    method=st.sampled_from(["GET", "DELETE", "POST", "PUT", "PATCH"]),
    path=st.lists(_PART, max_size=5).map(lambda parts: "/" + "/".join(parts)),
    query=st.lists(st.tuples(_TEXT, _TEXT), max_size=5).map(tuple),
    headers=st.fixed_dictionaries(
        {
            "Host": st.just("codearts-check.cn-north-4.myhuaweicloud.com:8443"),
            "X-Sdk-Date": st.datetimes().map(lambda at: f"{at:%Y%m%dT%H%M%SZ}").filter(lambda text: len(text) == 16),
        },
        optional={"operator": _HEADER, "X-Project-Id": _HEADER, "X-Security-Token": _HEADER},
    ),
    body=st.binary(max_size=50),
)


def test_the_published_sample_is_hashed_and_signed_as_published() -> None:
    """The signing guide's own example comes out bit by bit."""
    canonical = canonical_request(_SAMPLE, {name.lower(): value for name, value in _SAMPLE.headers.items()})
    assert hashlib.sha256(canonical.encode()).hexdigest() == (
        "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
    )
    assert authorization(
        _SAMPLE, _SAMPLE.headers, "QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
    ) == (
        "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, "
        "Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
    )


@given(request=_REQUESTS)
def test_any_request_is_signed_as_the_vendors_signer_does(request: Request) -> None:
    """Over paths, queries, headers and bodies, the two never differ."""
    vendors = SdkRequest(
        method=request.method,
        host=request.headers["Host"],
        resource_path=request.encoded_path,
        query_params=list(request.query),
        header_params=dict(request.headers),
        body=request.body,
    )
    Signer(BasicCredentials("AK", "SK", "project")).sign(vendors)
    assert authorization(request, request.headers, "AK", "SK") == vendors.header_params["Authorization"]


@given(request=_REQUESTS)
def test_what_is_sent_is_what_was_signed(request: Request) -> None:
    """Aiohttp's URLs do not encode it once more, or in another way."""
    assert URL("https://example.com" + request.target, encoded=True).raw_path_qs == request.target
