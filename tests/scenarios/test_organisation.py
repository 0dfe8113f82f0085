"""An app that is installed for a whole organisation of Enterprise Grid: whoever acts is named by the organisation."""

from dataclasses import replace

from codecheck_sandbox.slack import Enterprise
from tests.fixtures.world import OpenWorld

TOML = """
[confirmation]
second_step = "second_person"
grace_seconds = 3600
[second_person]
ask = ["S01QUALITY"]
[allow]
usergroups = ["S01DELETERS"]
"""


async def test_a_second_person_confirms_what_only_a_group_may_delete(open_world: OpenWorld) -> None:
    """Slack tells of a group only for a workspace, which is that of the person, also hours after their click."""
    async with open_world() as world:
        world.slack.join_enterprise(Enterprise(org_wide=True))
        users = world.slack.workspace.users
        for person in (world.alice, world.bob):
            home = replace(users[person.id], grid_id=f"W{person.id[1:]}", acts_from="E01SANDBOX")
            users[person.id] = replace(home, teams=[world.slack.workspace.team_id])
        world.slack.usergroup("S01DELETERS", [world.alice, world.bob])
        world.slack.usergroup("S01QUALITY", [world.bob])
        await world.restart(TOML)
        await world.ask()
        await world.review()
        await world.latest("<@U01BOB> please have a look")
        await world.confirm(by=world.bob)
        await world.latest("will be deleted at")

        await world.pass_time(3601)

        await world.latest("status: success", "confirmed by")
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]
