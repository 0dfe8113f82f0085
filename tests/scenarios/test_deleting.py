"""The main job: `/codecheck delete <task_id>`, from the command to the result in the channel."""

from tests.fixtures.world import ANOTHER_TASK, TASK, OpenWorld, World, buttons, words


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


async def test_the_result_says_what_people_and_the_vendors_support_will_ask(world: World) -> None:
    """Which task, for whom, as whom, how long it took, and the service's own ID of the request."""
    await world.delete(TASK)
    said = words(await world.latest("status: success"))
    (call,) = [request for request in world.codearts.requests if request.method == "DELETE"]

    assert f"Task {TASK} was deleted." in said
    assert "<@U01ALICE>" in said
    assert "Operator" in said
    assert "alice" in said
    assert " ms" in said
    assert call.request_id in said
    assert call.headers["operator"] == "alice"


async def test_the_prompt_ends_without_buttons(world: World) -> None:
    """Nobody is left with a button that does nothing, and whoever scrolls back reads how it ended."""
    prompt = await world.delete(TASK)
    await world.latest("status: success")
    ended = await world.latest("was deleted", "gone for good")
    assert buttons(world.now(prompt)) == []
    assert "was deleted" in words(world.now(prompt))
    assert not ended.ephemeral


async def test_a_task_can_be_asked_for_again_once_its_request_has_ended(world: World) -> None:
    """Bob finds the task gone; nothing of Alice's request is in his way."""
    await world.delete(TASK)
    await world.latest("status: success")
    prompt = await world.ask(TASK, by=world.bob)
    assert "CodeArts Check does not know this task" in words(world.now(prompt))
    await world.bob.clicks("Cancel", on=prompt)
    await world.latest("Cancelled")


async def test_two_tasks_are_deleted_side_by_side(world: World) -> None:
    """Each by its own requester, each with its own operator."""
    alices, bobs = await world.ask(TASK), await world.ask(ANOTHER_TASK, by=world.bob)
    await world.alice.clicks("Review deletion…", on=alices)
    await world.bob.clicks("Review deletion…", on=bobs)
    await world.latest("Step 2 of 2", TASK)
    await world.latest("Step 2 of 2", ANOTHER_TASK)
    await world.bob.clicks("Delete task 2b6f4c…", on=bobs)
    await world.alice.clicks("Delete task 897acf…", on=alices)
    await world.latest("status: success", TASK)
    await world.latest("status: success", ANOTHER_TASK)
    assert {(gone.task_id, gone.operator) for gone in world.codearts.deletions} == {
        (TASK, "alice"),
        (ANOTHER_TASK, "bob"),
    }


async def test_a_bot_that_is_restarted_in_between_goes_on(world: World) -> None:
    """All that is pending lives in Redis: another process takes the second step."""
    await world.ask(TASK)
    await world.restart()
    await world.review()
    await world.restart()
    await world.confirm(TASK)
    await world.latest("status: success", "httpStatus: OK")
    assert world.codearts.count("DELETE") == 1


async def test_a_deletion_in_a_private_channel(world: World) -> None:
    """With the bot invited it is like any other, and those outside see nothing of it."""
    secret = world.slack.channel("G01SECRET", "secret", members=[world.alice], kind="private")
    await world.delete(TASK, in_=secret)
    await world.latest("status: success", in_=secret)
    assert world.bob.sees(secret) == []
    assert world.channel.messages == []


async def test_the_channels_of_notify_are_told_with_a_link(open_world: OpenWorld) -> None:
    """Those who watch from elsewhere read the outcome, and get to the request by one click."""
    async with open_world('[notify]\nchannels = ["C01AUDIT"]') as world:
        audit = world.slack.channel("C01AUDIT", "audit", members=[world.bob])
        prompt = await world.delete(TASK)
        notice = await world.latest("status: success", "httpStatus: OK", by=world.bob, in_=audit)
        link = f"/archives/{world.channel.id}/p{prompt.ts.replace('.', '')}"
        assert link in words(notice)
