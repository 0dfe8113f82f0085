"""Clients built from the settings, for whoever needs one: the bot itself, and the doctor."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from bot.codearts.auth import AkSkAuth, IamTokenAuth
from bot.codearts.connection import http_client
from bot.codearts.sign_in import IamUser
from bot.settings import Settings
from bot.settings.model import AccessKey


@asynccontextmanager
async def codearts_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of CodeArts Check that signs in by itself, in the way that the settings give."""
    tls = ssl.create_default_context()
    auth: httpx.Auth
    async with AsyncExitStack() as stack:
        match settings.sign_in:
            case AccessKey(ak, sk, security_token, project_id):
                auth = AkSkAuth(ak.get_secret_value(), sk, project_id or "", security_token)
            case user:
                iam = await stack.enter_async_context(http_client(settings.iam_endpoint, tls=tls))
                auth = IamTokenAuth(
                    iam, IamUser(user.name, user.password, user.domain, user.project_id or "", settings.codearts_region)
                )
        yield await stack.enter_async_context(http_client(settings.codearts_endpoint, auth, tls=tls))
