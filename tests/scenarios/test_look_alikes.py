"""A task that could be mistaken for another one: the prompt says so before anyone confirms."""

from codecheck_sandbox.codearts import Task
from codecheck_sandbox.codearts.accounts import WEBSHOP
from tests.fixtures.world import TASK, OpenWorld

TWIN = "00000000000000000000000000000b2b"


async def test_a_task_of_the_same_name_is_pointed_out(open_world: OpenWorld) -> None:
    """Alice asks for webshop-frontend, of which there are two."""
    async with open_world(f'[codearts]\nprojects = ["{WEBSHOP}"]\n') as world:
        world.codearts.add_tasks(Task(TWIN, "webshop-frontend", WEBSHOP, "Webshop", "https://example.com/x.git"))
        await world.ask(TASK)
        await world.latest("Not to be confused with", "webshop-frontend 00000000")
        await world.review()
        await world.latest("for good?", "Not to be confused with")


async def test_without_projects_to_search_in_nothing_is_said(open_world: OpenWorld) -> None:
    """The bot searches only where the settings say."""
    async with open_world("") as world:
        world.codearts.add_tasks(Task(TWIN, "webshop-frontend", WEBSHOP, "Webshop", "https://example.com/x.git"))
        prompt = await world.ask(TASK)
        assert "Not to be confused" not in prompt.text
        assert not world.codearts.count("search")
