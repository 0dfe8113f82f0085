"""Who may ask, and who may press which button: asked at the request and again at every click."""

from tests.fixtures.world import TASK, OpenWorld, World, buttons, delete_label


async def test_a_bystander_is_told_so_privately_and_nothing_changes(world: World) -> None:
    """Bob may delete tasks, but this is Alice's request."""
    prompt = await world.ask(TASK)
    await world.bob.clicks("Review deletion…", on=prompt)
    await world.told(world.bob, "only the person who asked for this deletion can press this button")
    assert buttons(world.now(prompt)) == ["Review deletion…", "Cancel"]

    await world.review()
    await world.bob.clicks(delete_label(TASK), on=prompt)
    await world.bob.clicks("Cancel", on=prompt)
    await world.slack.until(lambda: sum(seen.ephemeral for seen in world.bob.sees(world.channel)) == 3)
    assert buttons(world.now(prompt)) == ["Cancel", "Delete task 897acf…"]
    assert world.alice.sees(world.channel) == world.channel.messages
    assert not world.codearts.count("DELETE")


async def test_without_an_operator_nobody_can_ask(world: World) -> None:
    """The answer says what is missing and whom to ask for it, with the ID that they will need."""
    answer = await world.carol.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert "you have no CodeArts Check operator" in answer.text
    assert "`U01CAROL`" in answer.text
    assert "`[operators]`" in answer.text
    assert world.channel.messages == []


async def test_without_an_operator_nobody_can_click(world: World) -> None:
    """Carol learns nothing of the request but that she may not."""
    prompt = await world.ask(TASK)
    await world.carol.clicks("Cancel", on=prompt)
    await world.told(world.carol, "you have no CodeArts Check operator")
    assert buttons(world.now(prompt)) == ["Review deletion…", "Cancel"]


async def test_only_those_who_are_allowed_can_ask(open_world: OpenWorld) -> None:
    """`[allow] users` narrows those who have an operator."""
    async with open_world('[allow]\nusers = ["U01BOB"]') as world:
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert "you are not among those who may delete tasks" in answer.text
        await world.delete(TASK, by=world.bob)
        await world.latest("status: success")
        assert [gone.operator for gone in world.codearts.deletions] == ["bob"]


async def test_only_the_channels_that_are_allowed(open_world: OpenWorld) -> None:
    """`[allow] channels` keeps deletions where the team sees them."""
    async with open_world('[allow]\nchannels = ["C01QUALITY"]') as world:
        elsewhere = world.slack.channel("C01RANDOM", "random", members=[world.alice])
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=elsewhere)
        assert "tasks cannot be deleted from this conversation" in answer.text
        await world.delete(TASK)
        await world.latest("status: success")


async def test_someone_who_is_no_longer_allowed_cannot_confirm(world: World) -> None:
    """What held at the request must hold at each click: the settings have changed meanwhile."""
    prompt = await world.ask(TASK)
    await world.review()
    await world.restart('[allow]\nusers = ["U01BOB"]')
    await world.confirm(TASK)
    await world.told(world.alice, "you are not among those who may delete tasks")
    assert buttons(world.now(prompt)) == ["Cancel", "Delete task 897acf…"]
    assert not world.codearts.count("DELETE")


async def test_in_a_channel_that_is_no_longer_allowed_nothing_is_confirmed(world: World) -> None:
    """The same for channels."""
    await world.ask(TASK)
    await world.review()
    await world.restart('[allow]\nchannels = ["C01ELSEWHERE"]')
    await world.confirm(TASK)
    await world.told(world.alice, "tasks cannot be deleted from this conversation")
    assert not world.codearts.count("DELETE")


async def test_someone_whose_operator_was_taken_away_cannot_confirm(world: World) -> None:
    """Alice has left the list of operators between her two clicks."""
    await world.ask(TASK)
    await world.review()
    await world.restart('[operators]\nU01BOB = "bob"')
    await world.confirm(TASK)
    await world.told(world.alice, "you have no CodeArts Check operator")
    assert not world.codearts.count("DELETE")


async def test_a_request_is_confirmed_as_the_operator_that_its_prompt_names_or_not_at_all(world: World) -> None:
    """Alice has got another operator meanwhile: she can cancel, and ask anew."""
    prompt = await world.ask(TASK)
    await world.review()
    await world.restart('[operators]\nU01ALICE = "someone-else"')
    await world.confirm(TASK)
    await world.told(world.alice, "since you asked, you have been given another operator")
    assert not world.codearts.count("DELETE")

    await world.alice.clicks("Cancel", on=prompt)
    await world.latest("Cancelled")
    await world.delete(TASK)
    await world.latest("status: success")
    assert [gone.operator for gone in world.codearts.deletions] == ["someone-else"]


async def test_a_stranger_from_another_company_can_press_but_not_act(world: World) -> None:
    """Slack Connect shows the buttons to people of other workspaces, one of whom even has Alice's user ID listed."""
    stranger = world.slack.user("U09STRANGER", "mallory", team_id="T09OTHER")
    world.channel.members.add(stranger.id)
    prompt = await world.ask(TASK)
    await world.restart('[operators]\nU01ALICE = "alice"\nU09STRANGER = "mallory"')
    await stranger.clicks("Cancel", on=prompt)
    await world.told(stranger, "only members of the workspace that runs this bot can use it")
    assert buttons(world.now(prompt)) == ["Review deletion…", "Cancel"]
