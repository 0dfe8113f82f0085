"""The app as the workspace has it installed: what its manifest asks for, and the secrets that Slack gave it."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, Field

from codecheck_sandbox.slack.refusal import ApiRefusalError


class CommandPayload(BaseModel):
    """A slash command of the manifest."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


class _BotUser(BaseModel):
    display_name: str


class _Features(BaseModel):
    bot_user: _BotUser
    slash_commands: list[CommandPayload] = []


class _Scopes(BaseModel):
    bot: list[str]


class _OAuth(BaseModel):
    scopes: _Scopes


class _Interactivity(BaseModel):
    is_enabled: bool = False


class _Settings(BaseModel):
    interactivity: _Interactivity = Field(default_factory=_Interactivity)
    socket_mode_enabled: bool = False


class Manifest(BaseModel):
    """What the stand-in heeds of an app manifest; the rest is checked by Slack's own JSON Schema in the tests."""

    features: _Features
    oauth_config: _OAuth
    settings: _Settings = Field(default_factory=_Settings)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One app in one workspace. Its secrets are made anew each time, and mean nothing outside the stand-in.

    Args:
        scopes: the bot scopes that the manifest asks for.
        commands: its slash commands, by their name (`/codecheck`).
        interactive: whether clicks are sent to it.
        name: the bot user's display name.
    """

    scopes: frozenset[str]
    commands: Mapping[str, CommandPayload]
    interactive: bool
    name: str
    app_id: str = "A01SANDBOX"
    bot_id: str = "B01SANDBOX"
    bot_user: str = "U01SANDBOX"
    bot_token: str = field(default_factory=lambda: f"xoxb-{secrets.token_hex(16)}", repr=False)
    app_token: str = field(default_factory=lambda: f"xapp-1-{secrets.token_hex(16)}", repr=False)
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    verification_token: str = field(default_factory=lambda: secrets.token_hex(12), repr=False)

    def require(self, any_of: Collection[str]) -> None:
        """Check that the manifest asks for one of the scopes.

        Raises:
            ApiRefusalError: `missing_scope`, with what is needed and what the token has.
        """
        if any_of and self.scopes.isdisjoint(any_of):
            more = {"needed": ",".join(any_of), "provided": ",".join(sorted(self.scopes))}
            raise ApiRefusalError("missing_scope", more)

    @classmethod
    def of(cls, manifest: Mapping[str, object]) -> "Installation":
        """Install what a manifest describes.

        Args:
            manifest: the manifest, parsed.

        Raises:
            pydantic.ValidationError: it lacks what the stand-in needs of it.
        """
        parsed = Manifest.model_validate(manifest)
        return cls(
            scopes=frozenset(parsed.oauth_config.scopes.bot),
            commands={command.command: command for command in parsed.features.slash_commands},
            interactive=parsed.settings.interactivity.is_enabled,
            name=parsed.features.bot_user.display_name,
        )
