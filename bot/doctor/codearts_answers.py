"""What CodeArts Check answers, each question asked once, by GET only and never repeated: five refusals lock the key."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from bot.clients import codearts_client
from bot.codearts.answers import presence_of
from bot.codearts.body import read_answer
from bot.codearts.iam import NoTokenError
from bot.codearts.redaction import Redactor
from bot.codearts.reply import ServiceAnswer
from bot.codearts.troubles import trouble
from bot.doctor import clocks
from bot.doctor.check import CannotTell, Finding, fault
from bot.doctor.once import Once
from bot.domain.facts import Presence
from bot.settings import Settings, SettingsError

NAME = "CodeArts Check"
NO_TASK = "codecheck-bot-doctor"  # IDs are hex, so no task has this one
_PATIENCE = 10.0  # seconds
_ITS_OWN = {"CC.00050000", "CC.00050014"}  # "the parameters are not valid", "the task's basic info cannot be read"


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer.

    Args:
        answer: what it says.
        ahead: by how many seconds this machine's clock is ahead of the service's; None if it does not tell the time.
    """

    answer: ServiceAnswer
    ahead: float | None


class Unanswered(Exception):  # noqa: N818 - it is a finding, and not an error
    """No answer came; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def let_in(answer: ServiceAnswer) -> bool:
    """Whether the answer to a look-up of no task is the service's own, so that the gateway has let the bot through."""
    return presence_of(answer, described=False)[0] is not Presence.UNKNOWN or answer.code in _ITS_OWN


class CodeArtsAnswers:
    """Asks CodeArts Check, signed in as the bot is.

    Args:
        settings: endpoint, credentials and proxy.
        once: remembers answers.
        stack: closes the connections.
    """

    def __init__(self, settings: Settings, once: Once, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._once = once
        self._stack = stack

    async def sign_in(self) -> Answered:
        """Look up a task that cannot exist. Raises `Unanswered`."""
        return await self._get(f"/v3/task/{NO_TASK}")

    async def ask(self, path: str, **query: str | int) -> Answered:
        """The answer to another GET. Raises `CannotTell`."""
        try:
            if let_in((await self.sign_in()).answer):
                return await self._get(path, **query)
        except Unanswered:
            pass
        raise CannotTell(f"{NAME} could not be asked", f"See {NAME}.")

    async def _get(self, path: str, **query: str | int) -> Answered:
        return await self._once.ask(("codearts", path, *sorted(query.items())), lambda: self._send(path, query))

    async def _send(self, path: str, query: Mapping[str, str | int]) -> Answered:
        try:
            http = await self._once.ask("codearts client", self._client)
            headers = {"Content-Type": "application/json"}
            response = await http.get(path, params=query or None, headers=headers, timeout=_PATIENCE)
        except SettingsError as error:
            first = error.faults[0]
            raise Unanswered(fault(f"{first.where} {first.what}", first.hint)) from None
        except NoTokenError as error:
            raise Unanswered(fault(f"IAM gave no token: {error}", str(error.admin_hint or error.hint))) from None
        except (httpx.HTTPError, OSError) as error:
            raise Unanswered(self._explained(error)) from None
        redactor = Redactor(self._settings.secrets)
        answer = read_answer(response.status_code, response.content, redactor=redactor)
        return Answered(answer, clocks.ahead_of(response.headers))

    def _explained(self, error: httpx.HTTPError | OSError) -> Finding:
        endpoint = self._settings.codearts_endpoint
        found = trouble(error, NAME)
        connecting = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)) and "TLS" not in str(found.why)
        if connecting and self._settings.proxies.proxy_for(endpoint) is not None:
            found = trouble(error, "the proxy")  # who is spoken to first
        return fault(str(found.why), f"{found.admin_hint or found.hint} The endpoint is {endpoint}.")

    async def _client(self) -> httpx.AsyncClient:
        return await self._stack.enter_async_context(codearts_client(self._settings))
