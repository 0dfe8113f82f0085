"""`[allow]` and `[operators_from]`: who may ask, and under which name."""

from pydantic import Field

from bot.settings import kinds
from bot.settings.table import Table


class OperatorsFrom(Table):
    """`[operators_from]`: for people whom `[operators]` does not list."""

    email_domain: kinds.EmailDomain = Field(
        "",
        description="with `example.com`, alice@example.com is the operator `alice` if Slack has confirmed the address",
    )
    profile_field: kinds.ProfileField = Field(
        "",
        description="ID of a custom Slack profile field that holds the operator; use one that people cannot edit "
        "themselves",
    )


class Allow(Table):
    """`[allow]`: an empty list allows everyone who has an operator."""

    users: frozenset[kinds.SlackUserId] = Field(frozenset(), description="IDs of the users who may ask")
    usergroups: frozenset[kinds.UsergroupId] = Field(
        frozenset(), description="IDs of user groups whose members may ask, besides `users`"
    )
    channels: frozenset[kinds.ChannelId] = Field(frozenset(), description="IDs of the channels in which they may ask")
    admins: frozenset[kinds.SlackUserId] = Field(
        frozenset(), description="IDs of the users who may freeze deletions; they are told when a limit is reached"
    )
