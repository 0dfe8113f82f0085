"""The app as it is installed in the workspace: what its manifest asks for, and its secrets from Slack."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from codecheck_sandbox.slack.refusal import ApiRefusalError

_EVENT_SCOPES = {"message.im": "im:history", "app_mention": "app_mentions:read"}


class CommandPayload(BaseModel):
    """A slash command of the manifest."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


class _BotUser(BaseModel):
    display_name: str


class _AppHome(BaseModel):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = True


class _Features(BaseModel):
    app_home: _AppHome = Field(default_factory=_AppHome)
    bot_user: _BotUser
    slash_commands: list[CommandPayload] = []


class _Scopes(BaseModel):
    bot: list[str]


class _OAuth(BaseModel):
    scopes: _Scopes


class _Interactivity(BaseModel):
    is_enabled: bool = False


class _Subscriptions(BaseModel):
    bot_events: frozenset[str] = frozenset()


class _Settings(BaseModel):
    interactivity: _Interactivity = Field(default_factory=_Interactivity)
    event_subscriptions: _Subscriptions = Field(default_factory=_Subscriptions)


class Manifest(BaseModel):
    """The parts of an app manifest that the stand-in reads; tests check the rest with Slack's own JSON Schema."""

    features: _Features
    oauth_config: _OAuth
    settings: _Settings = Field(default_factory=_Settings)


@dataclass(kw_only=True)
class Installation:
    """One app in one workspace. Its secrets are new each time, and mean nothing outside the stand-in.

    Args:
        scopes: the bot scopes that the manifest asks for.
        commands: its slash commands, by name (`/codecheck`).
        interactive: whether clicks are sent to it.
        events: the events that it subscribes to.
        home_tab: whether it has a Home tab.
        messages_tab: whether people and the app can message each other.
        name: the bot user's display name.
        tells_scopes: whether answers have the header `x-oauth-scopes`.
        refused: why a token is refused, by token.
    """

    scopes: frozenset[str]
    commands: Mapping[str, CommandPayload]
    interactive: bool
    events: frozenset[str]
    home_tab: bool
    messages_tab: bool
    name: str
    tells_scopes: bool = True
    refused: dict[str, str] = field(default_factory=dict)
    app_id: str = "A01SANDBOX"
    bot_id: str = "B01SANDBOX"
    bot_user: str = "U01SANDBOX"
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(16)}", repr=False)
    app_token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(16)}", repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)

    def require(self, any_of: Collection[str]) -> None:
        """Check that the app has one of the scopes.

        Raises:
            ApiRefusalError: `missing_scope`, with what is needed and what the token has.
        """
        if any_of and self.scopes.isdisjoint(any_of):
            more = {"needed": ",".join(any_of), "provided": ",".join(sorted(self.scopes))}
            raise ApiRefusalError("missing_scope", more)

    def hears(self, event: str) -> bool:
        """Whether the app is sent an event: it needs the subscription and the scope."""
        return event in self.events and _EVENT_SCOPES.get(event, "commands") in self.scopes

    def grant(self, *scopes: str) -> None:
        """Give the app more scopes, as a reinstallation would."""
        self.scopes |= set(scopes)

    def withdraw(self, *scopes: str) -> None:
        """Take scopes away: the calls that need them are refused with `missing_scope`."""
        self.scopes -= set(scopes)

    def refuse_bot_token(self, code: str) -> None:
        """Refuse the bot token from now on: `token_revoked`, `account_inactive`, `org_login_required` and the like."""
        self.refused[self.bot_token] = code

    def refuse_app_token(self, code: str) -> None:
        """Refuse the app token from now on, which opens Socket Mode."""
        self.refused[self.app_token] = code

    def accept_tokens(self) -> None:
        """Accept both tokens again."""
        self.refused.clear()

    @classmethod
    def of(cls, manifest: Mapping[str, object]) -> "Installation":
        """Install what a manifest describes.

        Args:
            manifest: the manifest, parsed.

        Raises:
            pydantic.ValidationError: it lacks something that the stand-in needs.
        """
        parsed = Manifest.model_validate(manifest)
        return cls(
            scopes=frozenset(parsed.oauth_config.scopes.bot),
            commands={command.command: command for command in parsed.features.slash_commands},
            interactive=parsed.settings.interactivity.is_enabled,
            events=parsed.settings.event_subscriptions.bot_events,
            home_tab=parsed.features.app_home.home_tab_enabled,
            messages_tab=parsed.features.app_home.messages_tab_enabled,
            name=parsed.features.bot_user.display_name,
        )
