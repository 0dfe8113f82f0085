"""Who may ask, and who may press which button: checked at the request and again at every click."""

from tests.fixtures.world import CANCELLED, FIRST_STEP, TASK, OpenWorld, World, buttons, delete_label, second_step


async def test_a_bystander_is_told_so_privately_and_nothing_changes(world: World) -> None:
    """Bob may delete tasks, but this is Alice's request."""
    prompt = await world.ask(TASK)
    await world.bob.clicks("Review deletion…", on=prompt)
    await world.told(world.bob, "This one is <@U01ALICE>'s to confirm")
    assert buttons(world.now(prompt)) == FIRST_STEP

    await world.review()
    await world.bob.clicks(delete_label(TASK), on=prompt)
    await world.bob.clicks("Keep it", on=prompt)
    await world.slack.until(lambda: sum(seen.ephemeral for seen in world.bob.sees(world.channel)) == 3)
    assert buttons(world.now(prompt)) == second_step(TASK)
    assert world.alice.sees(world.channel) == world.channel.messages
    assert not world.codearts.count("DELETE")


async def test_without_an_operator_nobody_can_ask(world: World) -> None:
    """The answer says what is missing, whom to ask, and the ID that they will need."""
    answer = await world.carol.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert "no CodeArts user is set for you" in answer.text
    assert "Ask the person who runs this bot" in answer.text
    assert "`U01CAROL`" in answer.text
    assert world.channel.messages == []


async def test_without_an_operator_nobody_can_click(world: World) -> None:
    """Carol learns only that she may not."""
    prompt = await world.ask(TASK)
    await world.carol.clicks("Cancel", on=prompt)
    await world.told(world.carol, "no CodeArts user is set for you")
    assert buttons(world.now(prompt)) == FIRST_STEP


async def test_only_those_who_are_allowed_can_ask(open_world: OpenWorld) -> None:
    """`[allow] users` limits who may ask among those who have an operator."""
    async with open_world('[allow]\nusers = ["U01BOB"]') as world:
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert "You aren't among the people who may delete check tasks" in answer.text
        await world.delete(TASK, by=world.bob)
        await world.latest("status: success")
        assert [gone.operator for gone in world.codearts.deletions] == ["bob"]


async def test_only_the_channels_that_are_allowed(open_world: OpenWorld) -> None:
    """`[allow] channels` keeps deletions where the team sees them."""
    async with open_world('[allow]\nchannels = ["C01QUALITY"]') as world:
        elsewhere = world.slack.channel("C01RANDOM", "random", members=[world.alice])
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=elsewhere)
        assert "Deleting check tasks isn't allowed in this channel. Try <#C01QUALITY>." in answer.text
        await world.delete(TASK)
        await world.latest("status: success")


async def test_someone_who_is_no_longer_allowed_cannot_confirm(world: World) -> None:
    """What held at the request must hold at each click: the settings have changed meanwhile."""
    prompt = await world.ask(TASK)
    await world.review()
    await world.restart('[allow]\nusers = ["U01BOB"]')
    await world.confirm(TASK)
    await world.told(world.alice, "You aren't among the people who may delete check tasks")
    assert buttons(world.now(prompt)) == second_step(TASK)
    assert not world.codearts.count("DELETE")


async def test_in_a_channel_that_is_no_longer_allowed_nothing_is_confirmed(world: World) -> None:
    """The same goes for channels."""
    await world.ask(TASK)
    await world.review()
    await world.restart('[allow]\nchannels = ["C01ELSEWHERE"]')
    await world.confirm(TASK)
    await world.told(world.alice, "Deleting check tasks isn't allowed in this channel")
    assert not world.codearts.count("DELETE")


async def test_someone_whose_operator_was_taken_away_cannot_confirm(world: World) -> None:
    """Alice was taken off the list of operators between her two clicks."""
    await world.ask(TASK)
    await world.review()
    await world.restart('[operators]\nU01BOB = "bob"')
    await world.confirm(TASK)
    await world.told(world.alice, "no CodeArts user is set for you")
    assert not world.codearts.count("DELETE")


async def test_a_request_is_confirmed_as_the_operator_that_its_prompt_names_or_not_at_all(world: World) -> None:
    """Alice has another operator by then: she can cancel, and ask again."""
    prompt = await world.ask(TASK)
    await world.review()
    await world.restart('[operators]\nU01ALICE = "someone-else"')
    await world.confirm(TASK)
    await world.told(world.alice, "Your CodeArts user has changed since you asked")
    assert not world.codearts.count("DELETE")

    await world.alice.clicks("Keep it", on=prompt)
    await world.latest(CANCELLED)
    await world.delete(TASK)
    await world.latest("status: success")
    assert [gone.operator for gone in world.codearts.deletions] == ["someone-else"]


async def test_a_stranger_from_another_company_can_press_but_not_act(world: World) -> None:
    """Slack Connect shows the buttons to people from other workspaces, even to one with Alice's listed user ID."""
    stranger = world.slack.user("U09STRANGER", "mallory", team_id="T09OTHER")
    world.channel.members.add(stranger.id)
    prompt = await world.ask(TASK)
    await world.restart('[operators]\nU01ALICE = "alice"\nU09STRANGER = "mallory"')
    await stranger.clicks("Cancel", on=prompt)
    await world.told(stranger, "Only members of the workspace that runs this bot can use it")
    assert buttons(world.now(prompt)) == FIRST_STEP
