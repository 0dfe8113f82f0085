"""What the doctor says of Slack, asked over the wire."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web

from bot.doctor.check import Check, Grade
from bot.doctor.slack_app import look_at_slack
from bot.settings import Settings, load_settings
from tests.settings.examples import BY_KEY, HTTP, SOCKET

Answers = dict[str, Mapping[str, object]]

INSTALLED: Answers = {
    "auth.test": {"ok": True, "user": "codecheck-bot", "team": "Acme", "team_id": "T1", "user_id": "U9"},
    "apps.connections.open": {"ok": True, "url": "wss://127.0.0.1/link"},
}
BOT = Check("bot token", Grade.OK, "codecheck-bot in the workspace Acme")
SCOPES = Check("scopes", Grade.OK, "chat:write, commands, users:read")
SOCKET_OPENS = Check("app token", Grade.OK, "Socket Mode opens")


class Slack:
    """A Web API that gives set answers, and notes who asked for what."""

    def __init__(self) -> None:
        self.answers: Answers = dict(INSTALLED)
        self.scopes: str | None = "commands,chat:write,users:read"
        self.asked: list[tuple[str, str]] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """One call of a method."""
        method = request.match_info["method"]
        self.asked.append((method, request.headers["Authorization"].removeprefix("Bearer ")))
        if not self.answers:
            return web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html")
        headers = {} if self.scopes is None else {"X-OAuth-Scopes": self.scopes}
        return web.json_response(self.answers[method], headers=headers)

    def settings(self, folder: Path, environ: Mapping[str, str], toml: str = "") -> Settings:
        """Settings that lead here."""
        (folder / "codecheck.toml").write_text(toml, encoding="utf-8")
        return load_settings({**BY_KEY, **environ, "SLACK_API_URL": self.url}, folder)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A Web API on loopback."""
    standin = Slack()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", standin.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    standin.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield standin
    await runner.cleanup()


async def test_an_app_that_is_installed_well(slack: Slack, tmp_path: Path) -> None:
    """Each token is tried where it belongs, and nothing is posted."""
    assert await look_at_slack(slack.settings(tmp_path, SOCKET)) == [BOT, SCOPES, SOCKET_OPENS]
    assert slack.asked == [
        ("auth.test", SOCKET["SLACK_BOT_TOKEN"]),
        ("apps.connections.open", SOCKET["SLACK_APP_TOKEN"]),
    ]


async def test_over_http_there_is_no_app_token_to_try(slack: Slack, tmp_path: Path) -> None:
    """Only Slack itself can show that a signing secret is right."""
    checks = await look_at_slack(slack.settings(tmp_path, HTTP))
    assert [check.name for check in checks] == ["bot token", "scopes", "requests"]
    assert {check.grade for check in checks} == {Grade.OK}


async def test_a_scope_that_is_missing_is_named(slack: Slack, tmp_path: Path) -> None:
    """After a change of the manifest the app has to be installed anew."""
    slack.scopes = "commands, users:read"
    checks = await look_at_slack(slack.settings(tmp_path, SOCKET))
    assert checks[1] == Check(
        "scopes",
        Grade.FAULT,
        "the bot token lacks chat:write",
        "Paste the output of `codecheck-bot manifest` into App Manifest, and install the app anew.",
    )


async def test_without_the_header_nobody_can_tell(slack: Slack, tmp_path: Path) -> None:
    """A proxy may take it away: that is neither all right nor a fault of the app's; an empty one is."""
    slack.scopes = None
    scopes = (await look_at_slack(slack.settings(tmp_path, SOCKET)))[1]
    assert (scopes.name, scopes.grade) == ("scopes", Grade.WARNING)
    assert "cannot tell" in scopes.text
    assert "chat:write, commands, users:read" in scopes.cure
    slack.scopes = ""
    assert (await look_at_slack(slack.settings(tmp_path, SOCKET)))[1].grade is Grade.FAULT


async def test_a_scope_that_only_a_setting_needs(slack: Slack, tmp_path: Path) -> None:
    """What no setting makes use of is not missed; what one does is."""
    toml = '[operators_from]\nemail_domain = "example.com"\nprofile_field = "Xf01"\n[allow]\nusergroups = ["S01"]\n'
    assert (await look_at_slack(slack.settings(tmp_path, SOCKET)))[1].grade is Grade.OK
    check = (await look_at_slack(slack.settings(tmp_path, SOCKET, toml)))[1]
    assert check.text == "the bot token lacks usergroups:read, users.profile:read, users:read.email"


async def test_tokens_that_slack_does_not_take(slack: Slack, tmp_path: Path) -> None:
    """Each with Slack's own word."""
    slack.answers |= {
        "auth.test": {"ok": False, "error": "invalid_auth"},
        "apps.connections.open": {"ok": False, "error": "not_allowed_token_type"},
    }
    bot, app = await look_at_slack(slack.settings(tmp_path, SOCKET))
    assert (bot.name, bot.grade, bot.text) == ("bot token", Grade.FAULT, "Slack answered invalid_auth")
    assert (app.name, app.grade, app.text) == ("app token", Grade.FAULT, "Slack answered not_allowed_token_type")
    assert bot.cure
    assert app.cure


async def test_a_proxy_that_answers_in_slacks_place(slack: Slack, tmp_path: Path) -> None:
    """Its page is no answer of Slack's, and no stack trace either."""
    slack.answers.clear()
    bot, app = await look_at_slack(slack.settings(tmp_path, SOCKET))
    assert (bot.grade, bot.text) == (Grade.FAULT, "Slack answered HTTP 502")
    assert (app.grade, app.text) == (Grade.FAULT, "Slack answered HTTP 502")


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ({"ok": True, "channel": {"is_member": True}}, Grade.OK),
        ({"ok": True, "channel": {"is_im": True}}, Grade.OK),
        ({"ok": True, "channel": {"is_member": False}}, Grade.FAULT),
        ({"ok": False, "error": "channel_not_found"}, Grade.FAULT),
        ({"ok": False, "error": "missing_scope"}, Grade.WARNING),
    ],
)
async def test_channels_to_be_told(answer: Mapping[str, object], grade: Grade, slack: Slack, tmp_path: Path) -> None:
    """The bot must be in there; where it may not look, it says so."""
    slack.answers["conversations.info"] = answer
    channel = (await look_at_slack(slack.settings(tmp_path, HTTP, '[notify]\nchannels = ["C09"]\n')))[-1]
    assert (channel.name, channel.grade) == ("channel C09", grade)
    assert bool(channel.cure) == (grade is not Grade.OK)


async def test_a_slack_that_cannot_be_reached_is_one_fault(slack: Slack, tmp_path: Path) -> None:
    """Not one for each thing that was to be asked."""
    settings = load_settings({**BY_KEY, **HTTP, "SLACK_API_URL": "http://127.0.0.1:1/api/"}, tmp_path)
    (check,) = await look_at_slack(settings)
    assert (check.name, check.grade) == ("Slack", Grade.FAULT)
    assert check.cure == "Check the endpoint, the network and the proxy. The endpoint is SLACK_API_URL."
    assert not slack.asked
