"""What Slack answers, each question asked once. Only methods that read are called."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor import clocks
from bot.doctor.check import CannotTell
from bot.doctor.once import Once
from bot.domain.errors import DeliveryError, UndeliverableError
from bot.domain.installation import Installation
from bot.settings import Settings
from bot.slack.errors import AppRefusedError, web_api_errors
from bot.slack.health import what_to_do
from bot.slack.transport.bolt import slack_session, web_client

READS = frozenset(
    {
        "apps.connections.open",  # gives an address that nobody will use
        "auth.test",
        "bots.info",
        "conversations.info",
        "usergroups.users.list",
        "users.info",
        "users.profile.get",
    }
)
_AT_ONCE = 4  # calls; Slack throttles those who ask for many people at once
_ASK_AGAIN = "Try again in a minute."


@dataclass(frozen=True, slots=True)
class SlackAnswer:
    """An answer of the Web API that is `ok`.

    Args:
        content: the JSON object.
        headers: by their names in lower case.
        ahead: by how many seconds this machine's clock is ahead of Slack's; None if Slack does not tell the time.
    """

    content: Mapping[str, Any]
    headers: Mapping[str, str]
    ahead: float | None


class SlackAnswers:
    """Asks the Web API.

    Args:
        settings: tokens, address and proxy.
        once: remembers answers.
        stack: closes the connections.
    """

    def __init__(self, settings: Settings, once: Once, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._once = once
        self._stack = stack
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def sign_in(self) -> SlackAnswer:
        """The answer of auth.test. Raises `DeliveryError` if there is none, for the one probe that explains it."""
        return await self._once.ask("slack", lambda: self._call("auth.test", {}))

    async def installation(self) -> Installation:
        """Where the app is installed. Raises `CannotTell`."""
        me = (await self._signed_in()).content
        org_wide = me.get("is_enterprise_install") is True
        return Installation(str(me.get("team_id") or ""), str(me.get("enterprise_id") or ""), org_wide)

    async def ask(self, method: str, **arguments: str) -> Mapping[str, Any]:
        """The answer of a method of the Web API that reads.

        Raises:
            UndeliverableError: Slack does not know, or does not give, what was asked for; the text is its error code.
            CannotTell: Slack does not answer, or does not let the app ask.
        """
        await self._signed_in()
        question = ("slack", method, *sorted(arguments.items()))
        try:
            return (await self._once.ask(question, lambda: self._call(method, arguments))).content
        except AppRefusedError as error:
            if error.code == "missing_scope":
                needed = error.needed.replace(",", " or ") or "a scope"
                raise CannotTell(f"the app lacks {needed}", f"Add {needed}, or look in Slack.") from None
            raise CannotTell(f"Slack answered {method} with {error.code}", what_to_do(error.code)) from None
        except UndeliverableError:
            raise
        except DeliveryError as error:
            raise CannotTell(f"Slack did not answer {method} ({error})", _ASK_AGAIN) from None

    async def open_socket(self, app_token: str) -> None:
        """Ask for a Socket Mode address, as the bot does. Raises `DeliveryError`."""
        await self._once.ask("socket", lambda: self._call("apps.connections.open", {}, app_token))

    async def _signed_in(self) -> SlackAnswer:
        try:
            return await self.sign_in()
        except DeliveryError:
            raise CannotTell("Slack could not be asked", "See the bot token.") from None

    async def _call(self, method: str, arguments: Mapping[str, str], token: str = "") -> SlackAnswer:
        if method not in READS:
            raise ValueError(f"{method} may change something")
        client = await self._once.ask("slack client", self._client)
        as_another = {"token": token} if token else {}  # slack_sdk moves it to the header
        async with self._slots:
            with web_api_errors():
                answer = await client.api_call(method, params={**arguments, **as_another})
        content = answer.data if isinstance(answer.data, dict) else {}
        headers = {name.lower(): str(value) for name, value in answer.headers.items()}
        return SlackAnswer(content, headers, clocks.ahead_of(headers))

    async def _client(self) -> AsyncWebClient:
        session = await self._stack.enter_async_context(slack_session())
        settings = self._settings
        client = web_client(settings.slack_bot_token.get_secret_value(), session, settings.slack_api_url)
        client.proxy = settings.proxies.proxy_for(settings.slack_api_url)
        return client
