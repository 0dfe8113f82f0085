"""What is typed after `/codecheck`, and what the bot answers before anything is recorded."""

import pytest

from tests.fixtures.world import CANCELLED, FIRST_STEP, STEP_1, TASK, World, buttons, words


@pytest.mark.parametrize("typed", ["/codecheck", "/codecheck help", "/codecheck HELP"])
async def test_help(world: World, typed: str) -> None:
    """Someone who has never used the bot reads what it does; only they see the answer."""
    answer = await world.carol.types(typed, in_=world.channel)
    assert answer.message is not None
    assert answer.message.only_for == world.carol.id
    assert "/codecheck delete &lt;task_id&gt;" in words(answer.message)
    assert "two confirmations" in answer.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/codecheck delte 897acf", "There is no `delte`. Did you mean `delete`?"),
        ("/codecheck list", "There is no `list`."),
        ("/codecheck <!channel>", "There is no `channel`."),
        ("/codecheck delete", "The task ID is missing.\nUsage: `/codecheck delete"),
        ("/codecheck delete 897acf 2b6f4c", "One task at a time, please"),
        (f"/codecheck delete {'a' * 129}", "at most 128 characters, and this one has 129"),
        ("/codecheck delete 897/acf", "only letters, digits, `-` and `_`, and this one has `/`"),
        ("/codecheck delete ../../v2/tasks", "and this one has `/`"),
        ("/codecheck delete 897\u0430cf", "this one has `\u0430`"),
        ("/codecheck delete 897acf\x07", "this one has `U+0007 control character`"),
    ],
)
async def test_what_cannot_be_read_is_answered_with_what_to_type(world: World, typed: str, told: str) -> None:
    """The answer is ephemeral and names the mistake; nothing is recorded, and CodeArts Check is not called."""
    answer = await world.alice.types(typed, in_=world.channel)
    assert answer.message is not None
    assert answer.message.only_for == world.alice.id
    assert told in answer.text
    assert world.channel.messages == []
    assert not world.codearts.requests


@pytest.mark.parametrize(
    "pasted", [f"`{TASK}`", f'"{TASK}"', f"“{TASK}”", f"  {TASK}  ", f"'`{TASK}`'", f"\u202e{TASK}\u200b."]
)
async def test_what_people_paste_around_an_id_is_forgiven(world: World, pasted: str) -> None:
    """Backticks, quotes, spaces, full stops and invisible characters around the ID are ignored."""
    answer = await world.alice.types(f"/codecheck delete {pasted}", in_=world.channel)
    assert answer.text == ""
    assert buttons(await world.latest(STEP_1, TASK)) == FIRST_STEP
    await world.alice.clicks("Cancel", on=world.channel)
    await world.latest(CANCELLED)


async def test_one_request_at_a_time_for_each_task(world: World) -> None:
    """Someone who asks for the same task is pointed to the first prompt, and no second prompt appears."""
    prompt = await world.ask(TASK)
    bobs = await world.bob.types(f"/codecheck delete {TASK}", in_=world.channel)
    assert "<@U01ALICE> asked for webshop-frontend already" in bobs.text
    assert f"/archives/{world.channel.id}/p{prompt.ts.replace('.', '')}" in bobs.text
    alices = await world.alice.types(f"/codecheck delete `{TASK}`", in_=world.channel)
    assert "You asked for webshop-frontend already" in alices.text
    assert len(world.channel.messages) == 1
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest(CANCELLED)


async def test_a_command_that_slack_delivers_twice_is_one_request(world: World) -> None:
    """Slack sometimes does that, and commands carry no ID by which to tell."""
    world.slack.faults.redeliver_next(2)
    await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
    await world.latest(STEP_1, TASK)
    assert len(world.channel.messages) == 1
    await world.alice.clicks("Cancel", on=world.channel)
    await world.latest(CANCELLED)
