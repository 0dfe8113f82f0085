"""Enterprise Grid: who belongs to the workspace, under which IDs they act, and an app that a whole organisation has."""

from collections.abc import Mapping

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, Enterprise, Person, SlackStandIn
from tests.sandbox.slack.conftest import Bolt, refusal

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
HOME_TEAM = "T02HOME"


@pytest.fixture
def wanda(slack: SlackStandIn, general: Channel) -> Person:
    """Someone whose home is another workspace of the organisation, and who acts from there."""
    organisation = slack.join_enterprise()
    teams = [HOME_TEAM, slack.workspace.team_id]
    wanda = slack.user("U01WANDA", "wanda", team_id=HOME_TEAM, grid_id="W01WANDA", teams=teams)
    wanda.user.acts_from = organisation.id
    general.members.add(wanda.id)
    return wanda


@pytest.fixture
async def seen(bolt: Bolt) -> list[Mapping[str, object]]:
    """What the app receives."""
    received: list[Mapping[str, object]] = []

    @bolt.app.command("/test")
    async def command(ack: AsyncAck, body: Mapping[str, object]) -> None:
        received.append(body)
        await ack()

    @bolt.app.action("go")
    async def click(ack: AsyncAck, body: Mapping[str, object]) -> None:
        received.append(body)
        await ack()

    await bolt.serve()
    return received


async def test_a_person_has_two_ids_and_several_workspaces(
    slack: SlackStandIn, web: AsyncWebClient, wanda: Person
) -> None:
    """`users.info` takes either ID, and tells the other one and the workspaces; strangers have none of it."""
    slack.installation.grant("users:read")
    for asked in (wanda.id, "W01WANDA"):
        user = (await web.users_info(user=asked))["user"]
        assert (user["id"], user["team_id"], user["is_stranger"]) == (wanda.id, HOME_TEAM, False)
        assert user["enterprise_user"]["id"] == "W01WANDA"
        assert user["enterprise_user"]["teams"] == [HOME_TEAM, slack.workspace.team_id]
    slack.user("U09", "stranger", team_id="T09")
    stranger = (await web.users_info(user="U09"))["user"]
    assert stranger["is_stranger"] is True
    assert "enterprise_user" not in stranger
    assert (await web.chat_postMessage(channel="W01WANDA", text="x"))["channel"] == wanda.dm.id


async def test_commands_and_clicks_name_the_organisation(
    web: AsyncWebClient, wanda: Person, general: Channel, seen: list[Mapping[str, object]]
) -> None:
    """The person comes from the organisation or from their home workspace, under either ID."""
    wanda.user.acts_as = "W01WANDA"
    await wanda.types("/test", in_=general)
    await web.chat_postMessage(channel=general.id, text="x", blocks=[{"type": "actions", "elements": [BUTTON]}])
    await wanda.clicks("Go", on=general)
    command, click = seen
    assert (command["user_id"], command["enterprise_id"]) == ("W01WANDA", "E01SANDBOX")
    assert command["is_enterprise_install"] == "false"
    assert click["user"] == {
        "id": "W01WANDA",
        "username": "wanda",
        "name": "wanda",
        "team_id": "E01SANDBOX",
    }
    assert click["enterprise"] == {"id": "E01SANDBOX", "name": "sandbox-org"}
    assert isinstance(click["team"], dict)
    assert click["team"]["enterprise_id"] == "E01SANDBOX"


async def test_an_app_of_the_whole_organisation(
    slack: SlackStandIn, web: AsyncWebClient, wanda: Person, general: Channel, seen: list[Mapping[str, object]]
) -> None:
    """Its clicks name no team, and some methods want one."""
    slack.join_enterprise(Enterprise(org_wide=True))
    slack.installation.grant("usergroups:read")
    slack.usergroup("S1", [wanda])
    test = await web.auth_test()
    assert (test["is_enterprise_install"], test["enterprise_id"]) == (True, "E01SANDBOX")
    assert await refusal(web.usergroups_users_list(usergroup="S1")) == "missing_argument"
    assert (await web.usergroups_users_list(usergroup="S1", team_id=slack.workspace.team_id))["users"] == [wanda.id]
    await wanda.types("/test", in_=general)
    await web.chat_postMessage(channel=general.id, text="x", blocks=[{"type": "actions", "elements": [BUTTON]}])
    await wanda.clicks("Go", on=general)
    command, click = seen
    assert command["is_enterprise_install"] == "true"
    assert (click["team"], click["is_enterprise_install"]) == (None, True)


async def test_whoever_is_not_in_the_workspace_has_no_commands(
    slack: SlackStandIn, general: Channel, wanda: Person, seen: list[Mapping[str, object]]
) -> None:
    """Neither a stranger nor someone of another workspace of the organisation."""
    colleague = slack.user("U08", "colleague", team_id="T08", grid_id="W08", teams=["T08"])
    general.members.add(colleague.id)
    assert (await colleague.types("/test", in_=general)).text == "/test is not a valid command."
    assert (await wanda.types("/test", in_=general)).text == ""
    assert len(seen) == 1
