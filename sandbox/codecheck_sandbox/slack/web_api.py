"""The Web API's front door: tokens, scopes, arguments, then the method.

A method that is not listed in `METHODS` answers `unknown_method`; Slack has many more than the bot calls.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from codecheck_sandbox.slack import chat_methods as chat
from codecheck_sandbox.slack import lookup_methods as lookup
from codecheck_sandbox.slack import view_methods as view
from codecheck_sandbox.slack.arguments import read_arguments
from codecheck_sandbox.slack.call import Call
from codecheck_sandbox.slack.clock import Clock
from codecheck_sandbox.slack.faults import Faults
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.refusal import ApiRefusalError, OverRateError
from codecheck_sandbox.slack.triggers import Triggers
from codecheck_sandbox.slack.workspace import Workspace

OPEN_CONNECTION = "apps.connections.open"


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API.

    Args:
        run: the function that does it.
        scopes: any one of these is enough; empty if every token may call it.
        json: whether it accepts a JSON body besides a form.
    """

    run: Callable[[Call], Payload]
    scopes: tuple[str, ...] = ()
    json: bool = True


METHODS = {
    "auth.test": Method(lookup.auth_test),
    "bots.info": Method(lookup.bots_info, ("users:read",), json=False),
    "chat.postMessage": Method(chat.post_message, ("chat:write",)),
    "chat.postEphemeral": Method(chat.post_ephemeral, ("chat:write",)),
    "chat.update": Method(chat.update, ("chat:write",)),
    "conversations.info": Method(
        lookup.conversations_info, ("channels:read", "groups:read", "im:read", "mpim:read"), json=False
    ),
    "usergroups.list": Method(lookup.usergroups_list, ("usergroups:read",), json=False),
    "usergroups.users.list": Method(lookup.usergroups_users_list, ("usergroups:read",), json=False),
    "users.info": Method(lookup.users_info, ("users:read",), json=False),
    "users.profile.get": Method(lookup.users_profile_get, ("users.profile:read",), json=False),
    "views.open": Method(view.views_open),
    "views.publish": Method(view.views_publish),
    "views.update": Method(view.views_update),
}


class WebApi:
    """Answers calls of the Web API."""

    def __init__(
        self, workspace: Workspace, installation: Installation, triggers: Triggers, faults: Faults, clock: Clock
    ) -> None:
        self._workspace = workspace
        self._installation = installation
        self._triggers = triggers
        self._faults = faults
        self._clock = clock

    async def answer(self, name: str, request: web.Request, socket_url: Callable[[], str]) -> web.Response:
        """Execute a call.

        Args:
            name: the method.
            request: the call.
            socket_url: creates a new address for a Socket Mode connection.
        """
        headers = {}
        if self._installation.tells_scopes and not self._installation.refused:
            headers["x-oauth-scopes"] = ",".join(sorted(self._installation.scopes))
        try:
            body = {"ok": True, **await self._execute(name, request, socket_url)}
        except ApiRefusalError as refusal:
            body = refusal.body
        except OverRateError:
            return too_many_requests(self._faults.retry_after)
        if name in METHODS:
            headers["x-accepted-oauth-scopes"] = ",".join(METHODS[name].scopes)
        return web.json_response(body, headers=headers)

    async def _execute(self, name: str, request: web.Request, socket_url: Callable[[], str]) -> Payload:
        token = await _token(request)
        if name == OPEN_CONNECTION:
            self._check_token(token, self._installation.app_token)
            return {"url": socket_url()}
        method = METHODS.get(name)
        if method is None:
            raise ApiRefusalError("unknown_method", {"req_method": name})
        self._check_token(token, self._installation.bot_token)
        self._installation.require(method.scopes)
        return method.run(
            Call(
                arguments=await read_arguments(request, json_accepted=method.json),
                workspace=self._workspace,
                installation=self._installation,
                triggers=self._triggers,
                faults=self._faults,
                clock=self._clock,
            )
        )

    def _check_token(self, token: str, wanted: str) -> None:
        if not token:
            raise ApiRefusalError("not_authed")
        if token in self._installation.refused:
            raise ApiRefusalError(self._installation.refused[token])
        if token == wanted:
            return
        known = {self._installation.bot_token, self._installation.app_token}
        raise ApiRefusalError("not_allowed_token_type" if token in known else "invalid_auth")


async def _token(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer":
        return token.strip()
    if request.content_type == "application/x-www-form-urlencoded":
        return str((await request.post()).get("token", ""))
    return ""


def too_many_requests(retry_after: int) -> web.Response:
    """Slack's 429."""
    return web.Response(
        status=429,
        text=json.dumps({"ok": False, "error": "ratelimited"}),
        content_type="application/json",
        headers={"Retry-After": str(retry_after)},
    )
