"""The variables of Slack, and of where HTTP listens."""

from pydantic import Field

from bot.settings import kinds
from bot.settings.table import Table


class SlackSettings(Table):
    """How the bot connects to Slack."""

    slack_bot_token: kinds.BotToken = Field(alias="SLACK_BOT_TOKEN", description="bot token (`xoxb-…`)")
    slack_signing_secret: kinds.SigningSecret | None = Field(
        None, alias="SLACK_SIGNING_SECRET", description="verifies requests over HTTP; required without an app token"
    )
    slack_app_token: kinds.AppToken | None = Field(
        None, alias="SLACK_APP_TOKEN", description="app token (`xapp-…`); if set, the bot uses Socket Mode"
    )
    slack_api_url: kinds.SlackApiUrl = Field(
        "https://slack.com/api/", alias="SLACK_API_URL", description="base of the Web API, for GovSlack or a stand-in"
    )
    host: kinds.ListeningHost = Field("127.0.0.1", alias="HOST", description="address to listen on for HTTP")
    port: kinds.Port = Field(3000, alias="PORT", description="port to listen on for HTTP; 0 takes any free port")

    @property
    def socket_mode(self) -> bool:
        """True if the bot connects to Slack by Socket Mode, False if by HTTP."""
        return self.slack_app_token is not None
