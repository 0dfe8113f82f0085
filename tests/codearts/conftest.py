"""CodeArts Check over real loopback HTTP, and clients for it."""

import time
from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from bot.codearts.auth import AkSkAuth
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.iam import IamCredentials
from bot.codearts.in_flight import always
from bot.codearts.retries import RetryPolicy
from bot.domain.outcome import Outcome
from codecheck_sandbox.codearts import BOT, CodeArtsStandIn
from codecheck_sandbox.codearts.accounts import REGION, REGION_PROJECT

TASK = "897acf7a1bd64e3b9b7b6c0de36e0c3d"
QUICK = RetryPolicy(first_pause=0.01, longest_pause=0.02, throttled_pause=0.01)


def signer() -> AkSkAuth:
    """The bot's access key."""
    return AkSkAuth(BOT.access_key, SecretStr(BOT.secret_key), REGION_PROJECT)


def iam_user(password: str = BOT.password) -> IamCredentials:
    """The bot's IAM user."""
    return IamCredentials(BOT.user, SecretStr(password), BOT.domain, project_name=REGION)


def soon(seconds: float = 60.0) -> float:
    """A `not_after` that does not get in the way, unless it is meant to."""
    return time.monotonic() + seconds


async def delete(service: CodeArtsCheck, task_id: str = TASK, *, not_after: float | None = None) -> Outcome:
    """Delete as alice, when nothing speaks against it."""
    return await service.delete(task_id, "alice", not_after=not_after or soon(), may_send=always)


@pytest.fixture
async def codearts() -> AsyncIterator[CodeArtsStandIn]:
    """A stand-in CodeArts Check with its default tasks."""
    async with CodeArtsStandIn() as running:
        yield running


@pytest.fixture
async def http(codearts: CodeArtsStandIn) -> AsyncIterator[httpx.AsyncClient]:
    """A client that signs with the bot's access key."""
    async with http_client(codearts.url, signer()) as client:
        yield client


@pytest.fixture
def service(http: httpx.AsyncClient) -> CodeArtsCheck:
    """CodeArts Check as a deletion uses it."""
    return CodeArtsCheck(http, QUICK)
