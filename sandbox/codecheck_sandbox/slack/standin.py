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

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Self, TypedDict, TypeVar, Unpack

from codecheck_sandbox.slack.clock import Clock
from codecheck_sandbox.slack.conversations import Channel, Kind, User
from codecheck_sandbox.slack.delivery import Delivery
from codecheck_sandbox.slack.faults import EVERYTHING, Drop, Fault, Faults
from codecheck_sandbox.slack.http_delivery import HttpDelivery
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.interactions import Interactions
from codecheck_sandbox.slack.people import Person
from codecheck_sandbox.slack.response_urls import ResponseUrls
from codecheck_sandbox.slack.server import Server
from codecheck_sandbox.slack.socket_mode import SocketMode
from codecheck_sandbox.slack.transcript import Transcript
from codecheck_sandbox.slack.triggers import Triggers
from codecheck_sandbox.slack.web_api import WebApi
from codecheck_sandbox.slack.wire import Wire
from codecheck_sandbox.slack.workspace import Workspace

ACK_SECONDS = 3.0

_T = TypeVar("_T")


class NeverHappenedError(AssertionError):
    """What was waited for did not happen in time; the text holds the conversations so far."""


class UserDetails(TypedDict, total=False):
    """What else is known of a user; see `User`."""

    team_id: str
    real_name: str
    email: str
    is_email_confirmed: bool
    tz: str
    is_bot: bool
    deleted: bool
    is_admin: bool
    is_restricted: bool
    is_ultra_restricted: bool
    profile_fields: Mapping[str, str]


class SlackStandIn:
    """A Slack with one workspace and one app.

    Args:
        manifest: the app's manifest, parsed: its scopes, commands and interactivity are what it gets.
        port: where to listen on 127.0.0.1; 0 for a free port.
        ack_seconds: how long the app has to acknowledge.
        clock: seconds that grow, by which trigger IDs and response_urls expire; `clock.advance` moves it on.

    Raises:
        pydantic.ValidationError: the manifest lacks scopes or a bot user.
    """

    def __init__(
        self,
        manifest: Mapping[str, object],
        *,
        port: int = 0,
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
        self._changed = asyncio.Event()
        self._transcript = Transcript(self.workspace)
        triggers = Triggers(self.clock)
        response_urls = ResponseUrls(self.workspace, self.installation, self.clock)
        web_api = WebApi(self.workspace, self.installation, triggers, self.faults, self.clock)
        self._server = Server(web_api, response_urls, self.sockets, self.faults, self.wire)
        self._interactions = Interactions(
            workspace=self.workspace,
            installation=self.installation,
            triggers=triggers,
            response_urls=response_urls,
            faults=self.faults,
            delivery=self._delivery,
            address=self._server.address,
        )
        self.workspace.subscribe(lambda _: self._wake())
        self.wire.subscribe(lambda _: self._wake())
        self.user(self.installation.bot_user, self.installation.name, is_bot=True)

    async def __aenter__(self) -> Self:
        """Start to listen."""
        await self._server.start(self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop, and let go of everything."""
        if self._http is not None:
            await self._http.close()
        await self._server.close()

    # What the app is configured with.

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
        """Send what people do to request URLs from now on, in turn; until then it goes over Socket Mode.

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
        """Give out addresses with another port from now on: that of a proxy which stands before this stand-in."""
        self._server.advertised = port

    # Who and what is there.

    def user(self, user_id: str, name: str, **details: Unpack[UserDetails]) -> Person:
        """Add a user. With a `team_id` of another workspace it is somebody who comes in through Slack Connect."""
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

    def usergroup(self, usergroup_id: str, members: Iterable[Person]) -> None:
        """Add a user group, or change its members."""
        self.workspace.usergroups[usergroup_id] = [person.id for person in members]

    def add_bot(self, channel: Channel) -> None:
        """Invite the bot."""
        self.workspace.join(channel, self.installation.bot_user)

    def remove_bot(self, channel: Channel) -> None:
        """Remove the bot."""
        self.workspace.leave(channel, self.installation.bot_user)

    # What goes wrong. More in `faults`.

    def fail_next(self, target: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a Web API method, of `RESPONSE_URL` or of `EVERYTHING` meet a fault."""
        self.faults.fail_next(target, fault, times)

    async def down(self) -> None:
        """Cut every connection and take no new one, until `up`."""
        self.faults.fail_always(EVERYTHING, Drop())
        await self.sockets.close()

    def up(self) -> None:
        """End every fault."""
        self.faults.clear()

    # Watching.

    async def until(self, condition: Callable[[], _T], *, within: float = 5.0) -> _T:
        """Wait until something holds, looking again at each change in the workspace and on the wire.

        Args:
            condition: what must hold.
            within: seconds.

        Returns:
            What the condition gave.

        Raises:
            NeverHappenedError: it does not hold in time; the text holds the conversations so far.
        """
        try:
            async with asyncio.timeout(within):
                while not (result := condition()):
                    await self._changed.wait()
        except TimeoutError:
            if last := condition():  # it may hang on what changes elsewhere
                return last
            story = "\n\n".join(f"#{channel.name}\n{self.transcript(channel)}" for channel in self._channels())
            raise NeverHappenedError(f"not within {within} s. What happened:\n\n{story}") from None
        return result

    def transcript(self, channel: Channel) -> str:
        """Everything that has happened in a conversation, as text."""
        return self._transcript.of(channel.id)

    def _channels(self) -> Iterable[Channel]:
        return self.workspace.channels.values()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _delivery(self) -> Delivery:
        return self._http or self.sockets
