"""Signing in at IAM with a password (KeystoneCreateUserTokenByPassword)."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
from pydantic import AwareDatetime, BaseModel, SecretStr, ValidationError

from bot.codearts.answers import read_answer
from bot.codearts.connection import NEVER_LEFT, in_words
from bot.domain.errors import NoTokenError

_PATIENCE = 8.0  # seconds for one sign-in; a look-up as a whole has ten
_CHECK = "check `CODEARTS_IAM_USER`, `CODEARTS_IAM_PASSWORD`, `CODEARTS_IAM_DOMAIN` and the project"


@dataclass(frozen=True, slots=True)
class IamUser:
    """Who signs in.

    Args:
        name: the IAM user's name.
        password: the IAM user's password.
        domain: the name of the account that the user belongs to.
        project_id: the project to sign in for; "" where `project_name` says it.
        project_name: the project's name, which for a region's own project is the region's name.
    """

    name: str
    password: SecretStr
    domain: str
    project_id: str = ""
    project_name: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of IAM.

    Args:
        value: what goes into `X-Auth-Token`.
        life: seconds that it is good for.
    """

    value: SecretStr
    life: float


class _Life(BaseModel):
    issued_at: AwareDatetime | None = None
    expires_at: AwareDatetime


class _Body(BaseModel):
    token: _Life


async def sign_in(iam: httpx.AsyncClient, user: IamUser) -> Token:
    """Ask IAM for a token.

    Raises:
        NoTokenError: IAM refused, did not answer, or answered without a token.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            response = await iam.post("/v3/auth/tokens", params={"nocatalog": "1"}, json=_question(user))
    except NEVER_LEFT as error:
        raise NoTokenError(f"IAM cannot be reached: {in_words(error)}", passing=True) from None
    except (httpx.HTTPError, OSError, TimeoutError) as error:
        raise NoTokenError(f"IAM did not answer: {in_words(error)}", passing=True) from None
    if response.status_code == HTTPStatus.CREATED and (value := response.headers.get("X-Subject-Token")):
        return Token(SecretStr(value), _life(response.content))
    raise _refusal(response)


def _question(user: IamUser) -> dict[str, object]:
    who = {"name": user.name, "password": user.password.get_secret_value(), "domain": {"name": user.domain}}
    project = {"id": user.project_id} if user.project_id else {"name": user.project_name}
    return {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": who}},
            "scope": {"project": project},
        }
    }


def _life(body: bytes) -> float:
    """How long the token lives, in seconds; by IAM's own two times where it gives both, since clocks differ."""
    try:
        life = _Body.model_validate_json(body).token
    except ValidationError:
        raise NoTokenError("IAM's answer could not be understood", "check `HUAWEICLOUD_SDK_IAM_ENDPOINT`") from None
    return (life.expires_at - (life.issued_at or datetime.now(UTC))).total_seconds()


def _refusal(response: httpx.Response) -> NoTokenError:
    """What IAM said: its code and its (redacted) message."""
    answer = read_answer(response.status_code, response.content)
    said = f" ({answer.code}{': ' if answer.message else ''}{answer.message})" if answer.code else ""
    if response.status_code == HTTPStatus.TOO_MANY_REQUESTS or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NoTokenError(f"IAM is not able to answer now (HTTP {response.status_code}){said}", passing=True)
    if response.status_code == HTTPStatus.CREATED:
        return NoTokenError("IAM answered without a token", "check `HUAWEICLOUD_SDK_IAM_ENDPOINT`")
    return NoTokenError(f"IAM refused the bot's sign-in, HTTP {response.status_code}{said}", _CHECK)
