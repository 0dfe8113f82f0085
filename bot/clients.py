"""Clients built from the settings, for the bot itself and for doctor."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from bot.codearts.auth import AkSkAuth, IamTokenAuth
from bot.codearts.connection import http_client
from bot.codearts.iam import IamCredentials
from bot.settings import Settings
from bot.settings.model import AccessKey


@asynccontextmanager
async def codearts_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client for CodeArts Check that signs in as the settings say."""
    proxies = settings.proxies
    tls = ssl.create_default_context()
    auth: httpx.Auth
    async with AsyncExitStack() as stack:
        match settings.sign_in:
            case AccessKey(ak, sk, security_token, project_id):
                auth = AkSkAuth(ak.get_secret_value(), sk, project_id or "", security_token)
            case user:
                endpoint = settings.iam_endpoint
                iam = await stack.enter_async_context(http_client(endpoint, tls=tls, proxy=proxies.proxy_for(endpoint)))
                region = settings.codearts_region
                credentials = IamCredentials(user.name, user.password, user.domain, user.project_id or "", region)
                auth = IamTokenAuth(iam, credentials)
        endpoint = settings.codearts_endpoint
        yield await stack.enter_async_context(http_client(endpoint, auth, tls=tls, proxy=proxies.proxy_for(endpoint)))
