"""Clients built from the settings, for whoever needs one: the bot itself, and doctor."""

import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from bot.codearts.auth import AkSkAuth, IamTokenAuth
from bot.codearts.connection import http_client
from bot.codearts.iam import IamCredentials
from bot.settings import Settings
from bot.settings.certificates import certificate_faults
from bot.settings.faults import SettingsError
from bot.settings.model import AccessKey
from bot.settings.proxies import read_proxies


@asynccontextmanager
async def codearts_client(
    settings: Settings, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of CodeArts Check that signs in by itself, as the settings say.

    Args:
        settings: the endpoints and the credentials.
        environ: names the proxies and the certificates to trust.

    Raises:
        SettingsError: a proxy that would be needed, or a file of certificates, cannot be used.
    """
    proxies = read_proxies(environ)
    endpoints = [settings.codearts_endpoint]
    if not isinstance(settings.sign_in, AccessKey):
        endpoints.append(settings.iam_endpoint)
    if faults := [*proxies.faults(endpoints), *certificate_faults(environ)]:
        raise SettingsError(faults)
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
