"""Who can be acted as on the page, and where they talk."""

from dataclasses import dataclass

from bot.sandbox.slack import Channel, Person
from bot.sandbox.world import World

PARTNER_TEAM = "T02PARTNER"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody to act as.

    Args:
        person: who.
        about: what is special about them, for whoever tries the bot out.
    """

    person: Person
    about: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everyone, by user ID, and the conversations, in the order of the sidebar."""

    roles: dict[str, Role]
    channels: tuple[Channel, ...]


def assemble(world: World) -> Cast:
    """Add to a world the people and conversations that only the page has.

    Args:
        world: with alice, bob, carol and #code-quality.
    """
    slack = world.slack
    dana = slack.user("U01DANA", "dana", is_admin=True)
    gil = slack.user("U02GIL", "gil", team_id=PARTNER_TEAM, is_restricted=True)
    roles = [
        Role(world.alice, "has the operator alice"),
        Role(world.bob, "a colleague, with the operator bob"),
        Role(world.carol, "has no operator"),
        Role(dana, "an administrator, without an operator"),
        Role(gil, "a guest from another workspace"),
    ]
    for role in roles:
        if role.person.id not in world.channel.members:
            slack.workspace.join(world.channel, role.person.id)
    leads = slack.channel(
        "C02LEADS", "quality-leads", members=[world.alice, world.bob, dana], kind="private", with_bot=False
    )
    talk = slack.channel("D01ALICEBOB", "directmessage", members=[world.alice, world.bob], kind="dm", with_bot=False)
    own = [role.person.dm for role in roles if role.person is not gil]
    return Cast({role.person.id: role for role in roles}, (world.channel, leads, talk, *own))
