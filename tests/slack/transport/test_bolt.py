"""Signing in, and the app that is built from it."""

import logging

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.installation import Installation
from bot.slack.transport.bolt import SignInError, Workspace, bolt_app, sign_in, signed_in
from tests.slack.signing import SECRET
from tests.slack.wire import Answer, SlackWire, refused


async def test_sign_in(client: AsyncWebClient) -> None:
    """auth.test says who and where the bot is."""
    assert await sign_in(client) == Workspace(
        team="T1", url="https://acme.slack.com/", name="Acme", bot_id="B1", bot_user="UBOT", enterprise=None
    )


@pytest.mark.parametrize("team", [{}, {"team_id": None}, {"team_id": "T1"}], ids=str)
async def test_sign_in_of_an_organisation_wide_installation(
    slack: SlackWire, client: AsyncWebClient, team: dict[str, object]
) -> None:
    """The organisation is what the bot belongs to; a workspace may be missing, and is not called `None`."""
    me = {"ok": True, "url": "https://acme.enterprise.slack.com/", "enterprise_id": "E1", "is_enterprise_install": True}
    slack.answer("auth.test", Answer({**me, **team}))

    workspace = await sign_in(client)

    assert workspace.installation == Installation(str(team.get("team_id") or ""), "E1", org_wide=True)
    assert workspace.installation.home == "E1"


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "account_inactive"])
async def test_token_refused(slack: SlackWire, client: AsyncWebClient, error: str) -> None:
    """A token that Slack refuses is an error at once, which names the setting and not the token."""
    slack.answer("auth.test", refused(error))

    with pytest.raises(SignInError, match=rf"{error}.*SLACK_BOT_TOKEN") as caught:
        await sign_in(client)

    assert "xoxb" not in str(caught.value)
    assert slack.methods() == ["auth.test"]


async def test_sign_in_outlasts_a_hiccup(slack: SlackWire, client: AsyncWebClient) -> None:
    """While Slack says "not now", the bot asks again."""
    slack.answer("auth.test", Answer({"ok": False}, 503))

    assert (await sign_in(client)).team == "T1"


async def test_readiness_of_slack(slack: SlackWire, client: AsyncWebClient) -> None:
    """Slack is ready while it knows the bot."""
    assert await signed_in(client)
    slack.answer("auth.test", refused("invalid_auth"))
    assert not await signed_in(client)


async def test_bolt_answers_when_the_listener_has_ended(client: AsyncWebClient) -> None:
    """Bolt does not poll for the acknowledgement, which would cost 10 ms and lose it to a later error."""
    assert bolt_app(client, await sign_in(client), SECRET).process_before_response


async def test_no_warning_at_the_start(
    client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt has nothing to warn of, even where it finds SLACK_BOT_TOKEN in the environment by itself."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    workspace = await sign_in(client)

    with caplog.at_level(logging.WARNING):
        bolt_app(client, workspace, SECRET)

    assert caplog.records == []
