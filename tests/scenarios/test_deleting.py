"""The main job: `/codecheck delete <task_id>`, from the command to the result in the channel."""

from tests.fixtures.world import TASK, World, buttons, words


async def test_a_deletion_from_the_command_to_the_result_in_the_channel(world: World) -> None:
    """Asked for, reviewed, confirmed: one DELETE as Alice's operator, and the service's own words in the channel."""
    prompt = await world.ask(TASK)
    assert buttons(prompt) == ["Review deletion…", "Cancel"]
    assert "webshop-frontend" in words(prompt)

    await world.review()
    assert buttons(world.now(prompt)) == ["Cancel", "Delete task 897acf…"]
    assert "This cannot be undone" in words(world.now(prompt))
    assert not world.codearts.count("DELETE")

    await world.confirm(TASK)
    result = await world.latest("status: success", "httpStatus: OK")

    (gone,) = world.codearts.deletions
    assert (gone.task_id, gone.operator) == (TASK, "alice")
    assert world.codearts.count("DELETE") == 1
    assert (result.thread_ts, result.broadcast, result.only_for) == (prompt.ts, True, None)
