"""The whole stand-in: a workspace with one app installed, served on 127.0.0.1.

::

    async with SlackStandIn(manifest) as slack:
        alice = slack.user("U01ALICE", "alice")
        general = slack.channel("C01GENERAL", "general", members=[alice])
        slack.connect_http("http://127.0.0.1:3000/slack/events")     # or the app opens Socket Mode by itself
        answer = await alice.types("/codecheck delete 897acf", in_=general)
        prompt = await slack.until(lambda: general.messages[-1:])
        await alice.clicks("Review deletion…", on=general)
        print(slack.transcript(general))
"""

import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Self, TypedDict, Unpack

from codecheck_sandbox.slack.clock import Clock
from codecheck_sandbox.slack.conversations import Channel, Enterprise, Kind, User, UserGroup
from codecheck_sandbox.slack.delivery import Delivery, Retry
from codecheck_sandbox.slack.events import Events
from codecheck_sandbox.slack.faults import EVERYTHING, Drop, Fault, Faults
from codecheck_sandbox.slack.http_delivery import HttpDelivery, SignedRequest
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.interactions import Interactions
from codecheck_sandbox.slack.people import Person
from codecheck_sandbox.slack.response_urls import ResponseUrls
from codecheck_sandbox.slack.server import Server
from codecheck_sandbox.slack.socket_mode import SocketMode
from codecheck_sandbox.slack.triggers import Triggers
from codecheck_sandbox.slack.watching import Watching
from codecheck_sandbox.slack.web_api import WebApi
from codecheck_sandbox.slack.wire import Wire
from codecheck_sandbox.slack.workspace import Workspace

ACK_SECONDS = 3.0


class UserDetails(TypedDict, total=False):
    """Other fields of a user; see `User`."""

    team_id: str
    real_name: str
    email: str
    is_email_confirmed: bool
    locale: str
    is_bot: bool
    deleted: bool
    is_admin: bool
    is_restricted: bool
    is_ultra_restricted: bool
    profile_fields: Mapping[str, str]
    grid_id: str
    teams: Sequence[str]
    acts_as: str
    acts_from: str


class SlackStandIn:
    """A Slack with one workspace and one app.

    Args:
        manifest: the app's manifest, parsed; the app gets its scopes, commands and interactivity.
        host: the address to listen on.
        port: the port there; 0 for a free one.
        tls: if given, it serves https and wss.
        ack_seconds: how long the app has to acknowledge.
        clock: the clock for expiring trigger IDs and response_urls; `clock.advance` moves it forward.

    Raises:
        pydantic.ValidationError: the manifest lacks scopes or a bot user.
    """

    def __init__(  # noqa: PLR0913 - all but one have a default
        self,
        manifest: Mapping[str, object],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        ack_seconds: float = ACK_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._port = port
        self.ack_seconds = ack_seconds
        self.clock = Clock(clock)
        self.installation = Installation.of(manifest)
        self.workspace = Workspace()
        self.faults = Faults()
        self.wire = Wire(self.installation.verification_token)
        self.sockets = SocketMode(self.installation.app_id, ack_seconds, self.wire)
        self._http: HttpDelivery | None = None
        watching = Watching(self.workspace, self.wire)
        self.until = watching.until
        self.transcript = watching.transcript
        triggers = Triggers(self.clock)
        response_urls = ResponseUrls(self.workspace, self.installation, self.clock)
        web_api = WebApi(self.workspace, self.installation, triggers, self.faults, self.clock)
        self._server = Server(host, tls, web_api, response_urls, self.sockets, self.faults, self.wire)
        self._events = Events(workspace=self.workspace, installation=self.installation, delivery=self._delivery)
        self._interactions = Interactions(
            workspace=self.workspace,
            installation=self.installation,
            triggers=triggers,
            response_urls=response_urls,
            faults=self.faults,
            events=self._events,
            delivery=self._delivery,
            address=self._server.address,
        )
        self.workspace.subscribe(self._events.hear)
        self.user(self.installation.bot_user, self.installation.name, is_bot=True)

    async def __aenter__(self) -> Self:
        """Start listening."""
        await self._server.start(self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, and close everything."""
        self._events.close()
        if self._http is not None:
            await self._http.close()
        await self._server.close()

    @property
    def sending_events(self) -> bool:
        """Whether an event of the Events API is being delivered to the app."""
        return self._events.sending

    # The app's configuration.

    @property
    def api_url(self) -> str:
        """The base of the Web API, with a slash at its end."""
        return self._server.address("/api/")

    @property
    def bot_token(self) -> str:
        """The app's `xoxb-` token."""
        return self.installation.bot_token

    @property
    def app_token(self) -> str:
        """The app's `xapp-` token, for Socket Mode."""
        return self.installation.app_token

    @property
    def signing_secret(self) -> str:
        """Signs requests to the app."""
        return self.installation.signing_secret

    def connect_http(self, *urls: str) -> None:
        """From now on send what people do to these request URLs, in turn; until then it goes over Socket Mode.

        Args:
            urls: one, or those of several replicas.
        """
        if self._http is not None:
            self._http.set_urls(urls)
        else:
            self._http = HttpDelivery(urls, self.signing_secret, self.ack_seconds, self.wire)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.port

    def advertise(self, port: int) -> None:
        """From now on use another port in addresses: that of a proxy in front of this stand-in."""
        self._server.advertised = port

    # The people and conversations.

    def user(self, user_id: str, name: str, **details: Unpack[UserDetails]) -> Person:
        """Add a user. With a `team_id` of another workspace it is someone who comes in through Slack Connect."""
        known: UserDetails = {"team_id": self.workspace.team_id, "real_name": name.title(), **details}
        user = User(id=user_id, name=name, **known)
        self.workspace.users[user_id] = user
        return Person(user, self._interactions)

    def channel(
        self,
        channel_id: str,
        name: str,
        *,
        members: Iterable[Person],
        kind: Kind = "public",
        with_bot: bool = True,
    ) -> Channel:
        """Add a conversation, with the bot as a member unless told otherwise."""
        channel = Channel(id=channel_id, name=name, kind=kind, members={person.id for person in members})
        if with_bot:
            channel.members.add(self.installation.bot_user)
        self.workspace.channels[channel_id] = channel
        return channel

    def usergroup(
        self, usergroup_id: str, members: Iterable[Person], *, handle: str = "group", disabled: bool = False
    ) -> None:
        """Add a user group, or change its members."""
        ids = [person.id for person in members]
        self.workspace.usergroups[usergroup_id] = UserGroup(
            id=usergroup_id, handle=handle, members=ids, disabled=disabled
        )

    def join_enterprise(self, enterprise: Enterprise | None = None) -> Enterprise:
        """Put the workspace into an Enterprise organisation; give its people `grid_id` and `teams`."""
        self.workspace.enterprise = enterprise or Enterprise()
        return self.workspace.enterprise

    def add_bot(self, channel: Channel) -> None:
        """Invite the bot."""
        self.workspace.join(channel, self.installation.bot_user)

    def remove_bot(self, channel: Channel) -> None:
        """Remove the bot."""
        self.workspace.leave(channel, self.installation.bot_user)

    # Faults. More in `faults`, `sockets` and `installation`.

    def fail_next(self, target: str, fault: Fault, times: int = 1) -> None:
        """Give the next calls of a Web API method, of `RESPONSE_URL` or of `EVERYTHING` a fault each."""
        self.faults.fail_next(target, fault, times)

    async def down(self) -> None:
        """Cut every connection and accept no new one, until `up`."""
        self.faults.fail_always(EVERYTHING, Drop())
        await self.sockets.close()

    def up(self) -> None:
        """Clear every fault."""
        self.faults.clear()

    @property
    def sent(self) -> Sequence[SignedRequest]:
        """The latest requests that were sent to the app over HTTP, the latest one last."""
        return () if self._http is None else tuple(self._http.sent)

    async def replay(self, request: SignedRequest | None = None, retry: Retry | None = None) -> tuple[int, str]:
        """Send a request (by default the latest one) again with the same signature, as an attacker or Slack would.

        Args:
            request: one of `sent`.
            retry: the headers of Slack's own redelivery.

        Returns:
            The HTTP status and the text that the app answered.
        """
        if self._http is None:
            raise RuntimeError("nothing has been sent over HTTP")
        return await self._http.send_again(request or self._http.sent[-1], retry)

    def _delivery(self) -> Delivery:
        return self._http or self.sockets
