"""The two ways of signing in that CodeArts Check accepts: a signature with AK/SK, or an IAM token.

Both are needed: reads are known to work with AK/SK, but the docs of similar writes list `X-Auth-Token` as mandatory.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import UTC, datetime
from http import HTTPStatus

import httpx
import structlog
from pydantic import SecretStr

from bot.codearts.iam import IamCredentials, NoTokenError, Token, request_token
from bot.codearts.signature import DATE_FORMAT, DATE_HEADER, authorization

_log = structlog.get_logger(__name__)

# Signed if present. Headers that proxies may rewrite (User-Agent, Accept, ...) are left out.
_SIGNED = ("host", "content-type", "operator", "x-sdk-date", "x-project-id", "x-security-token")

_AHEAD = 3_600.0  # seconds before its expiry at which a token is renewed, at most a tenth of its life
_PAUSE = 60.0  # seconds between attempts to renew a token that is still valid
_COOL_OFF = 300.0  # seconds after a refusal: IAM locks a user after a few wrong passwords


class AkSkAuth(httpx.Auth):
    """Signs each request with an access key.

    A refused signature is not retried: five in a row lock the key for five minutes.

    Args:
        access_key: AK.
        secret_key: SK.
        project_id: the IAM project's ID, sent as `X-Project-Id`; "" leaves it out.
        security_token: the one that comes with a temporary key.
    """

    requires_request_body = True

    def __init__(
        self, access_key: str, secret_key: SecretStr, project_id: str = "", security_token: SecretStr | None = None
    ) -> None:
        self._access_key = access_key
        self._secret_key = secret_key
        self._project_id = project_id
        self._security_token = security_token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request as it is about to be sent."""
        request.headers[DATE_HEADER] = datetime.now(UTC).strftime(DATE_FORMAT)
        if self._project_id:
            request.headers["X-Project-Id"] = self._project_id
        if self._security_token is not None:
            request.headers["X-Security-Token"] = self._security_token.get_secret_value()
        request.headers["Authorization"] = authorization(
            request,
            [name for name in _SIGNED if name in request.headers],
            self._access_key,
            self._secret_key.get_secret_value(),
        )
        yield request


class IamTokenAuth(httpx.Auth):
    """Sends an IAM token: requested when needed, cached, renewed before it expires, and renewed once on a 401.

    Concurrent requests share one token.

    Args:
        iam: the client for IAM's host, owned by the caller.
        credentials: who signs in, and for which project.
        clock: in seconds; never steps back.
    """

    def __init__(
        self, iam: httpx.AsyncClient, credentials: IamCredentials, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._iam = iam
        self._credentials = credentials
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: Token | None = None
        self._renew_at = self._ends_at = 0.0
        self._refusal: NoTokenError | None = None
        self._ask_again_at = 0.0

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with a token; if the gateway answers 401, send it once more with a new token.

        Raises:
            NoTokenError: there is no token, so the request was not sent (or not sent again).
        """
        token = await self._good_token()
        request.headers["X-Auth-Token"] = token.value.get_secret_value()
        response = yield request
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            token = await self._good_token(refused=token)
            request.headers["X-Auth-Token"] = token.value.get_secret_value()
            yield request

    async def _good_token(self, refused: Token | None = None) -> Token:
        """The cached token, unless it has expired or was `refused`; otherwise a new one."""
        async with self._lock:
            now = self._clock()
            kept = self._token if self._token is not refused else None
            if kept is not None and now < self._renew_at:
                return kept
            if self._refusal is not None and now < self._ask_again_at:
                raise self._refusal
            try:
                token = await request_token(self._iam, self._credentials)
            except NoTokenError as error:
                if not error.passing:
                    self._refusal, self._ask_again_at = error, now + _COOL_OFF
                if kept is None or now >= self._ends_at:
                    raise
                _log.warning("iam token not renewed before its expiry", why=str(error))
                self._renew_at = now + _PAUSE
                return kept
            self._token, self._refusal = token, None
            self._renew_at, self._ends_at = now + max(token.life - _AHEAD, token.life * 0.9), now + token.life
            return token
