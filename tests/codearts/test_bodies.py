"""Reading bodies: every documented and reported form, anything at all, and never a secret."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.codearts.body import read_answer
from bot.codearts.redaction import WITHHELD
from bot.codearts.reply import ServiceAnswer

_ACCESS_KEY = "QTWAOYTTINDUT2QVKYUC"
_SECRETS = [
    f"Incorrect IAM authentication information: verify aksk signature fail, ak: {_ACCESS_KEY}",
    f"the key {_ACCESS_KEY} does not exist",
    "canonicalRequest:DELETE|/v3/task/1/||host:example.com|",
    "Authorization: SDK-HMAC-SHA256 Access=A, SignedHeaders=host, Signature=0",
    "X-Auth-Token MIISkAYJKoZIhvcNAQcCoIISgTCCEn0CAQEx is not valid",
    "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc",
    "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
    f"{'long ' * 58}{_ACCESS_KEY}",  # across the place where the text is cut
    f"{_ACCESS_KEY[:7]}\u200b{_ACCESS_KEY[7:]} was used in the password",
]

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "status",
                    "httpStatus",
                    "result",
                    "error",
                    "error_code",
                    "error_msg",
                    "errorCode",
                    "code",
                    "message",
                    "name",
                ]
            )
            | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"httpStatus": "OK", "result": True, "status": "success"},
            ServiceAnswer(200, "success", "OK", result=True),
            id="as in the page's example",
        ),
        pytest.param(
            {"httpStatus": "OK", "result": "true", "status": "success"},
            ServiceAnswer(200, "success", "OK", result=True),
            id="as in the page's table",
        ),
        pytest.param(
            {"httpStatus": "OK", "result": "False", "status": "success"},
            ServiceAnswer(200, "success", "OK", result=False),
            id="false as a string",
        ),
        pytest.param(
            {"httpStatus": "BAD_REQUEST", "result": "too many branches", "status": "error"},
            ServiceAnswer(200, "error", "BAD_REQUEST", message="too many branches"),
            id="the reason as the result",
        ),
        pytest.param(
            {"error_code": "CC.00050015", "error_msg": "busy"},
            ServiceAnswer(200, code="CC.00050015", message="busy"),
            id="snake",
        ),
        pytest.param(
            {"errorCode": "CC.00050015", "errorMsg": "busy"},
            ServiceAnswer(200, code="CC.00050015", message="busy"),
            id="camel",
        ),
        pytest.param(
            {"code": "CC.00050015", "message": "busy"},
            ServiceAnswer(200, code="CC.00050015", message="busy"),
            id="plain",
        ),
        pytest.param(
            {"error": {"error_code": "CC.1", "error_msg": "busy"}},
            ServiceAnswer(200, code="CC.1", message="busy"),
            id="nested",
        ),
        pytest.param(
            {"status": "error", "result": {"error_code": "CC.1", "error_msg": "busy"}},
            ServiceAnswer(200, "error", code="CC.1", message="busy"),
            id="nested in the result",
        ),
        pytest.param(
            {"error": {"code": 401, "title": "Unauthorized", "message": "wrong"}},
            ServiceAnswer(200, code="401", message="wrong"),
            id="Keystone",
        ),
        pytest.param({"error": "boom", "status": 500}, ServiceAnswer(200, message="boom"), id="a plain error"),
        pytest.param(
            {"status": "success", "httpStatus": "OK", "code": 0, "result": True},
            ServiceAnswer(200, "success", "OK", result=True),
            id="a code that says all is well",
        ),
        pytest.param(
            {
                "status": "success",
                "httpStatus": "OK",
                "result": {"taskName": "shop", "projectName": "Shop", "branchName": "main", "code": "CC.1"},
            },
            ServiceAnswer(200, "success", "OK"),
            id="a task",
        ),
        pytest.param(
            {"status": "success", "httpStatus": "OK", "result": {"taskName": None, "projectName": ""}},
            ServiceAnswer(200, "success", "OK"),
            id="a task of which nothing is told",
        ),
        pytest.param([{"status": "success"}], ServiceAnswer(200), id="a list"),
        pytest.param(
            {"status": True, "httpStatus": 1, "result": 1, "error_code": {}}, ServiceAnswer(200), id="wrong types"
        ),
        pytest.param(
            {"error_code": "CC.1", "error_msg": "a\x00b\u202ec\ud800 d\r\n e"},
            ServiceAnswer(200, code="CC.1", message="a bc d e"),
            id="control characters",
        ),
    ],
)
def test_each_form_is_read(body: object, expected: ServiceAnswer) -> None:
    """Both error forms, nested ones, Keystone's, `result` as boolean or string, and what is none of these."""
    assert read_answer(200, json.dumps(body).encode()) == expected


@given(http=st.integers(100, 599), body=st.binary())
@example(http=200, body=b"[" * 100_000)
@example(http=200, body=b'{"code": ' + b"9" * 10_000 + b"}")
@example(http=200, body=b'\xff\xfe{"status": "success"}')
@example(http=200, body=b"<html>Bad Gateway</html>")
def test_any_bytes_are_read(http: int, body: bytes) -> None:
    """Whatever comes, there is an answer; what is no JSON says nothing."""
    assert read_answer(http, body).http == http


@given(body=_JSON)
def test_any_json_is_read_into_short_lines(body: object) -> None:
    """No text of an answer breaks a line, is overlong, or cannot be encoded."""
    answer = read_answer(200, json.dumps(body).encode())
    for text in (answer.status, answer.http_status, answer.code, answer.message):
        assert len(text) <= 300
        assert text.encode().decode().isprintable()


@pytest.mark.parametrize("secret", _SECRETS)
@pytest.mark.parametrize(
    "form", ['{"error_msg": %s}', '{"message": %s}', '{"result": %s}', '{"error": {"message": %s}}']
)
def test_a_message_that_may_hold_credentials_is_withheld(secret: str, form: str) -> None:
    """Access keys, secrets, tokens, signatures and canonical requests never come through, not even in part."""
    answer = read_answer(401, (form % json.dumps(secret)).encode())
    assert answer.message == WITHHELD


@pytest.mark.parametrize("code", ["APIGW.0301", "APIG.0301", "APIGW.0303"])
def test_the_message_of_a_signature_error_is_withheld_whatever_it_says(code: str) -> None:
    """The gateway's authentication errors are never quoted."""
    body = json.dumps({"error_code": code, "error_msg": "harmless"}).encode()
    assert read_answer(401, body).message == WITHHELD


@given(where=st.sampled_from(["status", "httpStatus", "error_code", "error_msg"]), around=st.text(max_size=9_000))
def test_an_access_key_comes_through_nowhere(where: str, around: str) -> None:
    """Wherever the service puts it, however long the text around it."""
    body = json.dumps({where: f"{around}{_ACCESS_KEY}{around}"}).encode()
    assert _ACCESS_KEY not in repr(read_answer(200, body))


def test_a_long_message_is_cut() -> None:
    """300 characters say enough."""
    message = read_answer(400, json.dumps({"error_msg": "too long " * 1_000}).encode()).message
    assert len(message) == 300
    assert message.endswith("…")


@pytest.mark.parametrize(("said", "kept"), [("3f2a-9b", "3f2a-9b"), ("a b", ""), ("<x>", ""), ("x" * 65, "")])
def test_a_request_id_is_kept_where_it_looks_like_one(said: str, kept: str) -> None:
    """It is shown to people, so nothing else passes for it."""
    assert read_answer(200, b"{}", said).request_id == kept
