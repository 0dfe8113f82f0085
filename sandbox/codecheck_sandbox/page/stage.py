"""Everything that the page shows and controls."""

from dataclasses import dataclass
from typing import TypeVar

from codecheck_sandbox.page.cast import Cast
from codecheck_sandbox.page.redis_server import RedisServer
from codecheck_sandbox.page.replicas import Replicas
from codecheck_sandbox.page.timeline import Timeline
from codecheck_sandbox.page.troubles import Troubles
from codecheck_sandbox.page.wire_log import WireLog
from codecheck_sandbox.slack import Channel, Message, NotPossibleError, Person, View
from codecheck_sandbox.world import World

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Stage:
    """The sandbox, running.

    Args:
        world: the stand-ins and the first of the bot's processes.
        cast: the people and conversations of the page.
        replicas: the bot's processes.
        redis: its Redis.
        troubles: Slack's current faults.
        timeline: what Slack itself says in conversations.
        wire: requests and answers.
        socket_mode: whether the bot uses Socket Mode instead of HTTP.
    """

    world: World
    cast: Cast
    replicas: Replicas
    redis: RedisServer
    troubles: Troubles
    timeline: Timeline
    wire: WireLog
    socket_mode: bool

    def person(self, user_id: str) -> Person:
        """Someone to act as. This and the next three raise NotPossibleError if there is nothing with that ID."""
        return _there(self.cast.roles.get(user_id), f"there is nobody with the ID {user_id}").person

    def channel(self, channel_id: str) -> Channel:
        """A conversation."""
        return _there(self.world.slack.workspace.channels.get(channel_id), f"there is no conversation {channel_id}")

    def message(self, channel_id: str, ts: str) -> Message:
        """A message as it is now."""
        return _there(self.channel(channel_id).message(ts), "the message has gone")

    def view(self, view_id: str) -> View:
        """An open modal."""
        return _there(self.world.slack.workspace.view(view_id), "the modal has been closed")

    def channels_of(self, person: Person) -> list[Channel]:
        """The conversations in a person's sidebar; those opened later come last."""
        known = list(self.cast.channels)
        known += [channel for channel in self.world.slack.workspace.channels.values() if channel not in known]
        return [channel for channel in known if person.id in channel.members]


def _there(found: _T | None, otherwise: str) -> _T:
    if found is None:
        raise NotPossibleError(otherwise)
    return found
