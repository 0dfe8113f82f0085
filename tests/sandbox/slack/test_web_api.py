"""The Web API's front door: tokens, scopes, arguments; and what it tells about users and conversations."""

import json

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, Person, SlackStandIn
from tests.sandbox.slack.conftest import manifest_with, refusal

READING = ("users:read", "users:read.email", "users.profile:read", "usergroups:read", "channels:read", "im:write")


def client(slack: SlackStandIn, session: ClientSession) -> AsyncWebClient:
    """Slack's own client with the right token."""
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)


async def test_auth_test_says_whose_token_it_is(slack: SlackStandIn, web: AsyncWebClient) -> None:
    """The workspace with its address, the bot user and the bot."""
    answer = await web.auth_test()
    assert (answer["url"], answer["team_id"]) == ("https://sandbox.slack.com/", slack.workspace.team_id)
    assert (answer["user_id"], answer["bot_id"]) == (slack.installation.bot_user, slack.installation.bot_id)


async def test_every_answer_names_the_tokens_scopes(web: AsyncWebClient) -> None:
    """`x-oauth-scopes`, which checks of an installation read."""
    assert (await web.auth_test()).headers["x-oauth-scopes"] == "chat:write,commands"


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")])
async def test_wrong_tokens_are_refused(slack: SlackStandIn, session: ClientSession, token: str, error: str) -> None:
    """A wrong one and none at all."""
    wrong = AsyncWebClient(token or None, base_url=slack.api_url, session=session)
    assert await refusal(wrong.auth_test()) == error


async def test_a_token_opens_its_own_methods_only(slack: SlackStandIn, session: ClientSession) -> None:
    """The app's token posts nothing; the bot's opens no socket."""
    web = client(slack, session)
    assert await refusal(web.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await refusal(web.auth_test(token=slack.app_token)) == "not_allowed_token_type"


async def test_a_token_may_come_in_the_form(slack: SlackStandIn, session: ClientSession) -> None:
    """Slack takes it as an argument as well."""
    answer = await session.post(f"{slack.api_url}auth.test", data={"token": slack.bot_token})
    assert (await answer.json())["ok"] is True


async def test_methods_that_slack_does_not_have_are_unknown(web: AsyncWebClient) -> None:
    """So are those that the stand-in does not have."""
    assert await refusal(web.api_call("chat.shout")) == "unknown_method"


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("users.info", "users:read"),
        ("users.profile.get", "users.profile:read"),
        ("usergroups.users.list", "usergroups:read"),
        ("conversations.info", "channels:read,groups:read,im:read,mpim:read"),
        ("bots.info", "users:read"),
    ],
)
async def test_a_scope_that_the_manifest_does_not_ask_for_is_missing(
    web: AsyncWebClient, method: str, needed: str
) -> None:
    """With what is needed and what the token has."""
    with pytest.raises(SlackApiError) as raised:
        await web.api_call(method)
    answer = raised.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, "chat:write,commands")


async def test_posting_needs_its_scope(session: ClientSession) -> None:
    """`chat:write` for everything that is said."""
    async with SlackStandIn(manifest_with("commands")) as slack:
        web = client(slack, session)
        assert await refusal(web.chat_postMessage(channel="C1", text="x")) == "missing_scope"
        assert await refusal(web.chat_update(channel="C1", ts="1", text="x")) == "missing_scope"


async def test_a_conversation_of_another_kind_needs_another_scope(session: ClientSession) -> None:
    """`channels:read` does not open private channels."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        public = slack.channel("C01", "public", members=[])
        private = slack.channel("C02", "private", members=[], kind="private")
        web = client(slack, session)
        assert (await web.conversations_info(channel=public.id))["channel"]["is_member"] is True
        assert await refusal(web.conversations_info(channel=private.id)) == "missing_scope"


async def test_users_info_hides_what_the_scopes_do_not_show(session: ClientSession) -> None:
    """The e-mail address needs `users:read.email`."""
    async with SlackStandIn(manifest_with("users:read")) as slack:
        slack.user("U1", "alice", email="alice@example.com")
        assert "email" not in (await client(slack, session).users_info(user="U1"))["user"]["profile"]
    async with SlackStandIn(manifest_with(*READING)) as slack:
        slack.user("U1", "alice", email="alice@example.com")
        assert (await client(slack, session).users_info(user="U1"))["user"]["profile"]["email"] == "alice@example.com"


async def test_users_are_told_apart(session: ClientSession) -> None:
    """Deactivated people, guests, bots and strangers are marked as such."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        slack.user("U1", "gone", deleted=True)
        slack.user("U2", "guest", is_restricted=True)
        slack.user("U3", "stranger", team_id="T0OTHER")
        web = client(slack, session)
        users = {user: (await web.users_info(user=user))["user"] for user in ("U1", "U2", "U3")}
        assert users["U1"]["deleted"] is True
        assert users["U2"]["is_restricted"] is True
        assert (users["U3"]["is_stranger"], users["U3"]["team_id"]) == (True, "T0OTHER")
        assert (await web.users_info(user=slack.installation.bot_user))["user"]["is_bot"] is True
        assert await refusal(web.users_info(user="U9")) == "user_not_found"


async def test_custom_profile_fields_are_in_the_profile_alone(session: ClientSession) -> None:
    """`users.info` leaves them out."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        slack.user("U1", "alice", profile_fields={"Xf1": "alice_iam"})
        web = client(slack, session)
        assert (await web.users_profile_get(user="U1"))["profile"]["fields"]["Xf1"]["value"] == "alice_iam"
        assert "fields" not in (await web.users_info(user="U1"))["user"]["profile"]


async def test_user_groups_list_their_members(session: ClientSession) -> None:
    """By user ID; an unknown group is refused."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        slack.usergroup("S1", [slack.user("U1", "alice")])
        web = client(slack, session)
        assert (await web.usergroups_users_list(usergroup="S1"))["users"] == ["U1"]
        assert await refusal(web.usergroups_users_list(usergroup="S2")) == "no_such_subteam"


async def test_only_people_get_direct_messages(slack: SlackStandIn, web: AsyncWebClient, alice: Person) -> None:
    """No bots, nobody deactivated or unknown; the same conversation each time."""
    slack.user("U2", "gone", deleted=True)
    written = [(await web.chat_postMessage(channel=alice.id, text="x"))["channel"] for _ in range(2)]
    assert written == [alice.dm.id, alice.dm.id]
    assert await refusal(web.chat_postMessage(channel=slack.installation.bot_user, text="x")) == "cannot_dm_bot"
    assert await refusal(web.chat_postMessage(channel="U2", text="x")) == "user_disabled"
    assert await refusal(web.chat_postMessage(channel="U9", text="x")) == "channel_not_found"


async def test_the_messages_tab_can_be_off(slack: SlackStandIn, web: AsyncWebClient, alice: Person) -> None:
    """Then the app reaches nobody by direct message."""
    slack.installation.messages_tab = False
    assert await refusal(web.chat_postMessage(channel=alice.id, text="x")) == "messages_tab_disabled"


async def test_user_groups_are_listed(session: ClientSession) -> None:
    """Those that have been disabled only on request, and so are their members."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        alice = slack.user("U1", "alice")
        slack.usergroup("S1", [alice], handle="quality")
        slack.usergroup("S2", [alice], handle="old", disabled=True)
        web = client(slack, session)
        assert [group["handle"] for group in (await web.usergroups_list())["usergroups"]] == ["quality"]
        assert len((await web.usergroups_list(include_disabled=True))["usergroups"]) == 2
        assert await refusal(web.usergroups_users_list(usergroup="S2")) == "no_such_subteam"


async def test_the_bot_can_be_looked_up(session: ClientSession) -> None:
    """By the ID that `auth.test` gives; and a person's language if it is asked for."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        slack.user("U1", "alice", locale="zh-CN")
        web = client(slack, session)
        bot = await web.bots_info(bot=(await web.auth_test())["bot_id"])
        assert bot["bot"]["user_id"] == slack.installation.bot_user
        assert await refusal(web.bots_info(bot="B0")) == "bot_not_found"
        assert (await web.users_info(user="U1", include_locale=True))["user"]["locale"] == "zh-CN"
        assert "locale" not in (await web.users_info(user="U1"))["user"]


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth", "org_login_required"])
async def test_a_token_can_be_refused(slack: SlackStandIn, web: AsyncWebClient, alice: Person, code: str) -> None:
    """For every call, without telling scopes, until it is accepted again; the other token still works."""
    slack.installation.refuse_bot_token(code)
    assert await refusal(web.auth_test()) == code
    assert await refusal(web.chat_postMessage(channel=alice.id, text="x")) == code
    assert (await web.apps_connections_open(app_token=slack.app_token))["ok"] is True
    slack.installation.accept_tokens()
    slack.installation.refuse_app_token(code)
    assert "x-oauth-scopes" not in (await web.auth_test()).headers
    assert await refusal(web.apps_connections_open(app_token=slack.app_token)) == code
    slack.installation.accept_tokens()
    assert (await web.auth_test()).headers["x-oauth-scopes"] == "chat:write,commands"


async def test_scopes_come_and_go(slack: SlackStandIn, web: AsyncWebClient, alice: Person) -> None:
    """As when the app is installed again with others; the header that names them may be missing."""
    slack.installation.withdraw("chat:write")
    assert await refusal(web.chat_postMessage(channel=alice.id, text="x")) == "missing_scope"
    slack.installation.grant("chat:write")
    slack.installation.tells_scopes = False
    assert "x-oauth-scopes" not in (await web.chat_postMessage(channel=alice.id, text="x")).headers


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("<x/>", "application/xml", "invalid_post_type"),
        ("{}", "application/json", "invalid_arguments"),
    ],
)
async def test_arguments_that_cannot_be_read_are_refused(
    slack: SlackStandIn, session: ClientSession, body: str, content_type: str, error: str
) -> None:
    """Each with Slack's code."""
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": content_type}
    answer = await session.post(f"{slack.api_url}chat.postMessage", data=body, headers=headers)
    assert (await answer.json())["error"] == error


async def test_forms_and_json_say_the_same(slack: SlackStandIn, session: ClientSession, general: Channel) -> None:
    """In a form, blocks are JSON text and booleans are words."""
    blocks = [{"type": "divider"}]
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.api_url}chat.postMessage"
    first = {"channel": general.id, "text": "x", "blocks": json.dumps(blocks), "unfurl_links": "false"}
    await session.post(url, data=first | {"unfurl_media": "0"}, headers=headers)
    second = {"channel": general.id, "text": "x", "blocks": blocks, "unfurl_links": False, "unfurl_media": False}
    await session.post(url, json=second, headers=headers)
    form, as_json = general.messages
    assert (len(form.blocks), form.unfurls) == (len(as_json.blocks), as_json.unfurls) == (1, False)


async def test_reading_methods_overlook_json(session: ClientSession) -> None:
    """As Slack does: they take a query or a form."""
    async with SlackStandIn(manifest_with(*READING)) as slack:
        slack.user("U1", "alice")
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        answer = await session.post(f"{slack.api_url}users.info", json={"user": "U1"}, headers=headers)
        assert (await answer.json())["error"] == "invalid_arguments"
        answer = await session.get(f"{slack.api_url}users.info", params={"user": "U1"}, headers=headers)
        assert (await answer.json())["ok"] is True


async def test_a_person_is_reached_by_their_id(web: AsyncWebClient, alice: Person) -> None:
    """Posting to a user's ID opens the direct message, and answers with its channel."""
    answer = await web.chat_postMessage(channel=alice.id, text="hello")
    assert answer["channel"] == alice.dm.id
    assert alice.dm.id.startswith("D")
    assert [message.text for message in alice.sees(alice.dm)] == ["hello"]
