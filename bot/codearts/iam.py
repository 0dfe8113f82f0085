"""Requests a token from IAM with a password (KeystoneCreateUserTokenByPassword).

IAM's messages are never quoted, since they can repeat the password. Its code and HTTP status say enough.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
from pydantic import AwareDatetime, BaseModel, SecretStr, ValidationError

from bot.codearts.body import read_answer
from bot.codearts.error_codes import TELL_AN_ADMIN, TRY_AGAIN
from bot.codearts.troubles import trouble
from bot.domain.errors import BotError
from bot.domain.text import NOTHING, Code, Text, Value

_PATIENCE = 8.0  # seconds for one token; a whole look-up has ten
_CODE = re.compile(r"[A-Z]{2,8}\.[0-9]{1,8}|[0-9]{1,4}")
_CHECK_THE_USER = Text(
    "Check {user}, {password}, {domain} and the project.",
    {
        "user": Code("CODEARTS_IAM_USER"),
        "password": Code("CODEARTS_IAM_PASSWORD"),
        "domain": Code("CODEARTS_IAM_DOMAIN"),
    },
)
_CHECK_THE_ENDPOINT = Text("Check {endpoint}.", {"endpoint": Code("HUAWEICLOUD_SDK_IAM_ENDPOINT")})


@dataclass(frozen=True, slots=True)
class IamCredentials:
    """An IAM user, and the project for which the token is requested.

    Args:
        name: the IAM user's name.
        password: the IAM user's password.
        domain: the name of the account to which the user belongs.
        project_id: the project's ID; "" if `project_name` says which.
        project_name: the project's name; for a region's own project, the region's name.
    """

    name: str
    password: SecretStr
    domain: str
    project_id: str = ""
    project_name: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """An IAM token.

    Args:
        value: what goes into `X-Auth-Token`.
        life: how long it is valid, in seconds.
    """

    value: SecretStr
    life: float


class NoTokenError(BotError):
    """IAM issued no token, so the request was not sent.

    Args:
        why: a sentence that quotes nothing of IAM's message.
        admin_hint: what an admin of the bot can do.
        passing: whether a retry may succeed a moment later.
    """

    def __init__(self, why: Text, admin_hint: Text = NOTHING, *, passing: bool = False) -> None:
        super().__init__(str(why))
        self.why = why
        self.hint = TRY_AGAIN if passing else TELL_AN_ADMIN
        self.admin_hint = admin_hint
        self.passing = passing


class _Life(BaseModel):
    issued_at: AwareDatetime | None = None
    expires_at: AwareDatetime


class _Body(BaseModel):
    token: _Life


async def request_token(iam: httpx.AsyncClient, credentials: IamCredentials) -> Token:
    """Ask IAM for a token.

    Raises:
        NoTokenError: IAM refused, did not answer, or answered without a token.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            response = await iam.post("/v3/auth/tokens", params={"nocatalog": "1"}, json=_question(credentials))
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        found = trouble(error, "IAM")
        raise NoTokenError(found.why, found.admin_hint, passing=found.passing) from None
    if response.status_code == HTTPStatus.CREATED and (value := response.headers.get("X-Subject-Token")):
        return Token(SecretStr(value), _life(response.content))
    raise _refusal(response)


def _question(credentials: IamCredentials) -> dict[str, object]:
    user = {
        "name": credentials.name,
        "password": credentials.password.get_secret_value(),
        "domain": {"name": credentials.domain},
    }
    project = {"id": credentials.project_id} if credentials.project_id else {"name": credentials.project_name}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}}


def _life(body: bytes) -> float:
    """How long the token lives, in seconds; computed from IAM's two times if it sends both, since clocks differ."""
    try:
        life = _Body.model_validate_json(body).token
    except ValidationError:
        raise NoTokenError(Text("IAM's answer could not be understood."), _CHECK_THE_ENDPOINT) from None
    return (life.expires_at - (life.issued_at or datetime.now(UTC))).total_seconds()


def _refusal(response: httpx.Response) -> NoTokenError:
    """What IAM's refusal means."""
    http = response.status_code
    code = read_answer(http, response.content).code
    values: dict[str, Value] = {"http": http, "code": code if _CODE.fullmatch(code) else "no code"}
    if http == HTTPStatus.CREATED:
        return NoTokenError(Text("IAM answered without a token."), _CHECK_THE_ENDPOINT)
    if http == HTTPStatus.TOO_MANY_REQUESTS or http >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoTokenError(Text("IAM cannot answer now (HTTP {http}, {code}).", values), passing=True)
    return NoTokenError(Text("IAM refused the bot's sign-in (HTTP {http}, {code}).", values), _CHECK_THE_USER)
