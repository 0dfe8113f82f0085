"""The people whom a user of the page can act as, and their conversations."""

from dataclasses import dataclass

from codecheck_sandbox.slack import Channel, Person
from codecheck_sandbox.world import World

PARTNER_TEAM = "T02PARTNER"

# The bot's codecheck.toml besides the operators: dana may freeze, and three channels have their own rules.
CODECHECK_TOML = """
[allow]
admins = ["U01DANA"]

[[rules]]
match = { channels = ["C03RELEASE"] }
second_step = "typed"
warn = "Release gate: ask the quality team first."

[[rules]]
match = { channels = ["C04TWO"] }
second_step = "second_person"

[[rules]]
match = { channels = ["C05GRACE"] }
grace_seconds = 60
"""


@dataclass(frozen=True, slots=True)
class Role:
    """Someone to act as.

    Args:
        person: who.
        about: what is special about them, for people who try the bot out.
    """

    person: Person
    about: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what the page shows.

    Args:
        roles: everyone, by user ID.
        channels: the conversations, in the order of the sidebar.
        topics: what is special about some of them, by ID.
    """

    roles: dict[str, Role]
    channels: tuple[Channel, ...]
    topics: dict[str, str]


def assemble(world: World) -> Cast:
    """Add the people and conversations that only the page has.

    Args:
        world: a world with alice, bob, carol and #code-quality.
    """
    slack = world.slack
    dana = slack.user("U01DANA", "dana", is_admin=True)
    gil = slack.user("U02GIL", "gil", team_id=PARTNER_TEAM, is_restricted=True)
    roles = [
        Role(world.alice, "has the operator alice"),
        Role(world.bob, "a colleague, with the operator bob"),
        Role(world.carol, "has no operator"),
        Role(dana, "may freeze all deletions; has no operator"),
        Role(gil, "a guest from another workspace"),
    ]
    for role in roles:
        if role.person.id not in world.channel.members:
            slack.workspace.join(world.channel, role.person.id)
    everyone = [role.person for role in roles]
    release = slack.channel("C03RELEASE", "release", members=everyone)
    two_person = slack.channel("C04TWO", "two-person", members=everyone)
    grace = slack.channel("C05GRACE", "time-to-stop", members=everyone)
    leads = slack.channel(
        "C02LEADS", "quality-leads", members=[world.alice, world.bob, dana], kind="private", with_bot=False
    )
    talk = slack.channel("D01ALICEBOB", "directmessage", members=[world.alice, world.bob], kind="dm", with_bot=False)
    own = [role.person.dm for role in roles if role.person is not gil]
    return Cast(
        roles={role.person.id: role for role in roles},
        channels=(world.channel, release, two_person, grace, leads, talk, *own),
        topics={
            release.id: "second step: type the task's name",
            two_person.id: "second step: a second person",
            grace.id: "a minute to stop it",
        },
    )
