"""The stand-in's gateway is as strict as the real one: it lets the vendor's own signatures in, and no others."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer
from hypothesis import given
from hypothesis import strategies as st

from codecheck_sandbox.codearts import BOT, DEVELOPER, TEMPORARY
from codecheck_sandbox.codearts.signatures import KeyRing, RawRequest, SignatureError

_NOW = 1_700_000_000.0
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=10)


def _signed(
    path: str = "/v3/task/1",
    *,
    query: list[tuple[str, str]] | None = None,
    at: float = _NOW,
    secret_key: str = BOT.secret_key,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> RawRequest:
    """A request signed by the vendor's signer."""
    date = datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")
    request = SdkRequest(
        method="DELETE",
        host="localhost",
        resource_path=path,
        query_params=query or [],
        header_params={"X-Sdk-Date": date, "Host": "localhost", **headers},
    )
    Signer(BasicCredentials(BOT.access_key, secret_key, "project")).sign(request)
    sent = {name.lower(): value for name, value in request.header_params.items()}
    return RawRequest("DELETE", request.uri, sent)


_OF_ALICE = _signed(headers={"operator": "alice"})


@given(
    part=st.text("abc-_.~ %é/", max_size=10),
    query=st.lists(st.tuples(_TEXT, _TEXT), max_size=4),
    operator=st.text("ab "),
)
def test_what_the_vendor_signs_is_let_in(part: str, query: list[tuple[str, str]], operator: str) -> None:
    """Paths, queries and headers in every encoding."""
    request = _signed(f"/v3/task/{quote(part)}", query=query, headers={"operator": operator})
    assert KeyRing([BOT]).verify(request, _NOW) is BOT


@pytest.mark.parametrize(
    "forged",
    [
        replace(_signed(), method="GET"),
        replace(_signed(), target="/v3/task/2"),
        replace(_signed(), target="/v3/task/1?force=1"),
        replace(_signed(), body=b"x"),
        replace(_OF_ALICE, headers={**_OF_ALICE.headers, "operator": "bob"}),
        replace(_signed(), headers={**_signed().headers, "operator": "bob"}),
        replace(_signed(), headers={}),
        replace(_signed(), headers={"authorization": "Bearer x"}),
        replace(_signed(), headers={**_signed().headers, "x-sdk-date": "today"}),
        _signed(secret_key="another"),
        _signed(at=_NOW - 15 * 60 - 1),
        _signed(at=_NOW + 15 * 60 + 1),
    ],
)
def test_what_was_changed_after_signing_is_refused(forged: RawRequest) -> None:
    """Method, path, query, body, headers, key and clock: each is bound by the signature."""
    with pytest.raises(SignatureError):
        KeyRing([BOT]).verify(forged, _NOW)


@pytest.mark.parametrize("off", [-15 * 60, 0, 15 * 60])
def test_a_clock_may_be_a_quarter_of_an_hour_off(off: float) -> None:
    """And no more, as the test above has it."""
    assert KeyRing([BOT]).verify(_signed(at=_NOW + off), _NOW) is BOT


def test_a_key_of_nobody_is_refused() -> None:
    """However well it signs."""
    with pytest.raises(SignatureError, match="does not exist"):
        KeyRing([DEVELOPER]).verify(_signed(), _NOW)


def test_a_temporary_key_needs_its_token() -> None:
    """The same key without it, or with another, is refused."""
    ring = KeyRing([replace(TEMPORARY, access_key=BOT.access_key, secret_key=BOT.secret_key)])
    assert ring.verify(_signed(headers={"X-Security-Token": TEMPORARY.security_token}), _NOW).user == TEMPORARY.user
    for wrong in (_signed(), _signed(headers={"X-Security-Token": "another"})):
        with pytest.raises(SignatureError, match="security token"):
            ring.verify(wrong, _NOW)


def test_five_wrong_signatures_lock_a_key_for_five_minutes() -> None:
    """In a row: a good one in between starts the count anew."""
    ring, wrong = KeyRing([BOT]), _signed(secret_key="wrong")

    def fail(times: int) -> None:
        for _ in range(times):
            with pytest.raises(SignatureError, match="signature fail"):
                ring.verify(wrong, _NOW)

    fail(4)
    ring.verify(_signed(), _NOW)
    fail(5)
    for later in (0, 299):
        with pytest.raises(SignatureError, match="locked"):
            ring.verify(_signed(), _NOW + later)
    assert ring.verify(_signed(), _NOW + 300) is BOT


def test_the_text_of_a_refusal_is_as_indiscreet_as_the_real_one() -> None:
    """It quotes the canonical request and the access key, so that the bot's discretion is put to the test."""
    with pytest.raises(SignatureError) as refused:
        KeyRing([BOT]).verify(_signed(secret_key="wrong"), _NOW)
    assert BOT.access_key in str(refused.value)
    assert "canonicalRequest:DELETE|/v3/task/1/" in str(refused.value)
