"""The main job: `/codecheck delete <task_id>`, from the command to the result in the channel."""

from tests.fixtures.world import (
    ANOTHER_TASK,
    FIRST_STEP,
    STEP_2,
    TASK,
    OpenWorld,
    World,
    buttons,
    delete_label,
    second_step,
    words,
)


async def test_a_deletion_from_the_command_to_the_result_in_the_channel(world: World) -> None:
    """Requested, reviewed, confirmed: one DELETE as Alice's operator, and the service's own words in the channel."""
    prompt = await world.ask(TASK)
    assert buttons(prompt) == FIRST_STEP
    await world.latest("webshop-frontend", "wants to delete")

    await world.review()
    assert buttons(world.now(prompt)) == second_step(TASK)
    assert "This can't be undone" in words(world.now(prompt))
    assert not world.codearts.count("DELETE")

    await world.confirm(TASK)
    result = await world.latest("status: success", "httpStatus: OK")

    (gone,) = world.codearts.deletions
    assert (gone.task_id, gone.operator) == (TASK, "alice")
    assert world.codearts.count("DELETE") == 1
    assert (result.thread_ts, result.broadcast, result.only_for) == (prompt.ts, True, None)


async def test_the_result_says_what_people_and_the_vendors_support_will_ask(world: World) -> None:
    """Which task, for whom, as which operator, how the bot knows, and the service's own request ID."""
    await world.delete(TASK)
    said = words(await world.latest("status: success"))
    (call,) = [request for request in world.codearts.requests if request.method == "DELETE"]

    assert said.startswith("✅ webshop-frontend deleted")
    assert f"Task {TASK}" in said
    assert "<@U01ALICE> as operator alice" in said
    assert "CodeArts Check confirmed it" in said
    assert call.request_id in said
    assert call.headers["operator"] == "alice"


async def test_the_prompt_ends_without_buttons(world: World) -> None:
    """No button is left that does nothing, and people who scroll back can read how it ended."""
    prompt = await world.delete(TASK)
    await world.latest("status: success")
    await world.slack.until(lambda: words(world.now(prompt)).startswith("✅ webshop-frontend deleted · <@U01ALICE>"))
    assert buttons(world.now(prompt)) == []
    assert not world.now(prompt).ephemeral


async def test_a_task_can_be_asked_for_again_once_its_request_has_ended(world: World) -> None:
    """Someone has recreated the task under the same ID; Alice's request does not get in Bob's way."""
    task = world.codearts.tasks[TASK]
    await world.delete(TASK)
    await world.latest("status: success")
    world.codearts.add_tasks(task)
    await world.delete(TASK, by=world.bob)
    await world.slack.until(lambda: [gone.operator for gone in world.codearts.deletions] == ["alice", "bob"])
    await world.stop()


async def test_two_tasks_are_deleted_side_by_side(world: World) -> None:
    """Each by its own requester, each with its own operator."""
    alices, bobs = await world.ask(TASK), await world.ask(ANOTHER_TASK, by=world.bob)
    await world.alice.clicks("Review deletion…", on=alices)
    await world.bob.clicks("Review deletion…", on=bobs)
    await world.latest(STEP_2, TASK)
    await world.latest(STEP_2, ANOTHER_TASK)
    await world.bob.clicks(delete_label(ANOTHER_TASK), on=bobs)
    await world.alice.clicks(delete_label(TASK), on=alices)
    await world.latest("status: success", TASK)
    await world.latest("status: success", ANOTHER_TASK)
    assert {(gone.task_id, gone.operator) for gone in world.codearts.deletions} == {
        (TASK, "alice"),
        (ANOTHER_TASK, "bob"),
    }


async def test_a_bot_that_is_restarted_in_between_goes_on(world: World) -> None:
    """Everything pending is in Redis: another process takes the second step."""
    await world.ask(TASK)
    await world.restart()
    await world.review()
    await world.restart()
    await world.confirm(TASK)
    await world.latest("status: success", "httpStatus: OK")
    assert world.codearts.count("DELETE") == 1


async def test_a_deletion_in_a_private_channel(world: World) -> None:
    """If the bot is invited, it works as anywhere else, and people outside the channel see nothing."""
    secret = world.slack.channel("G01SECRET", "secret", members=[world.alice], kind="private")
    await world.delete(TASK, in_=secret)
    await world.latest("status: success", in_=secret)
    assert world.bob.sees(secret) == []
    assert world.channel.messages == []


async def test_the_channels_of_notify_are_told_with_a_link(open_world: OpenWorld) -> None:
    """People in these channels read the outcome, and reach the request with one click."""
    async with open_world('[notify]\nchannels = ["C01AUDIT"]') as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        prompt = await world.delete(TASK)
        notice = await world.latest("status: success", "httpStatus: OK", by=world.bob, in_=audit)
        link = f"/archives/{world.channel.id}/p{prompt.ts.replace('.', '')}"
        assert link in words(notice)
