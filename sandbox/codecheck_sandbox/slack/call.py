"""One call of the Web API, with what it may see and change."""

from dataclasses import dataclass

from codecheck_sandbox.slack.arguments import Arguments
from codecheck_sandbox.slack.clock import Clock
from codecheck_sandbox.slack.conversations import Channel
from codecheck_sandbox.slack.faults import Faults
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.payloads import Payloads
from codecheck_sandbox.slack.refusal import ApiRefusalError
from codecheck_sandbox.slack.triggers import Triggers
from codecheck_sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of the Web API."""

    arguments: Arguments
    workspace: Workspace
    installation: Installation
    triggers: Triggers
    faults: Faults
    clock: Clock

    @property
    def payloads(self) -> Payloads:
        """Objects in the form of the answer."""
        return Payloads(self.workspace, self.installation)

    def visible_channel(self, channel_id: str) -> Channel:
        """The conversation, if the bot can see it: if it is not public, only as a member.

        Raises:
            ApiRefusalError: `channel_not_found`.
        """
        channel = self.workspace.channels.get(channel_id)
        if channel is None or (channel.kind != "public" and self.installation.bot_user not in channel.members):
            raise ApiRefusalError("channel_not_found")
        return channel

    def direct_message(self, user_id: str) -> Channel:
        """The direct message between the bot and one person, opened if there is none.

        Raises:
            ApiRefusalError: `user_not_found`, `user_disabled` or `cannot_dm_bot`.
        """
        user = self.workspace.find_user(user_id)
        if user is None:
            raise ApiRefusalError("user_not_found")
        if user.deleted:
            raise ApiRefusalError("user_disabled")
        if user.is_bot:
            raise ApiRefusalError("cannot_dm_bot")
        return self.workspace.direct_message(self.installation.bot_user, user.id)

    def over_rate(self, channel_id: str) -> bool:
        """Whether another message in this channel would exceed the rate limit now."""
        return self.faults.over_rate(channel_id, self.clock())
