"""What the prompt says about the task: correct, or marked as unknown; never wrong, never late."""

import pytest

from codecheck_sandbox.codearts import Delay, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.service import Api
from codecheck_sandbox.codearts.shapes import Shape
from tests.fixtures.world import (
    ANOTHER_TASK,
    FIRST_STEP,
    LARGE_TASK,
    RUNNING_TASK,
    STEP_1,
    STEP_2,
    TASK,
    OpenWorld,
    World,
    buttons,
    words,
)

NO_RIGHT = Refuse("CC.00050010", http=403)
EVERY_LOOK_UP: tuple[Api, ...] = ("GET", "defects-summary", "progress", "branches")
UNREADABLE: list[Fault] = [
    Refuse("CC.00000003"),
    NO_RIGHT,
    Throttle(),
    InternalError(500),
    Garbage(),
    Garbage(b'{"result": [', content_type="application/json"),
    Garbage(b"[]", content_type="application/json"),
]


async def test_name_first(world: World) -> None:
    """The headline, and so the notification, begins with the task's name; its ID is in the small print."""
    prompt = await world.ask()
    assert words(prompt).startswith("webshop-frontend · Webshop · master")
    assert "Last check passed" in words(prompt)
    assert "197 open issues, 2 critical." in words(prompt)
    assert prompt.blocks[-1].type == "context"
    assert TASK in words(prompt).splitlines()[-2]


async def test_the_second_step_says_what_is_lost(world: World) -> None:
    """It says where the task's code is, and that the deletion cannot be undone."""
    prompt = await world.ask()
    await world.review()
    said = words(world.now(prompt))
    assert "codehub.cn-north-4.example.com/webshop/frontend.git" in said
    assert "Its settings, issues and check history go with it. This can't be undone." in said


async def test_several_branches(world: World) -> None:
    """If there are several branches, the prompt does not name only one."""
    prompt = await world.ask(ANOTHER_TASK)
    assert "all 3 branches" in words(prompt)
    assert "release/2023.4" not in words(prompt)


async def test_a_link_to_the_task(open_world: OpenWorld) -> None:
    """The settings say where the console shows it."""
    async with open_world('[codearts]\nconsole_url = "https://console.example.com/{project_id}/{task_id}"\n') as world:
        prompt = await world.ask()
        assert f"https://console.example.com/41d5f1c7c2f84fd0b3d0b1a6f6c6c5a1/{TASK}" in str(
            [block.model_dump() for block in prompt.blocks]
        )


@pytest.mark.parametrize(
    ("task_id", "why"),
    [(RUNNING_TASK, "A check is running. Stop it or wait, then ask again."), (LARGE_TASK, "It has 240 branches")],
    ids=["running", "200 branches"],
)
async def test_what_the_service_would_refuse(world: World, task_id: str, why: str) -> None:
    """The prompt says so before anyone confirms; if someone confirms anyway, nothing is sent."""
    prompt = await world.ask(task_id)
    assert why in words(prompt)
    await world.review()
    await world.confirm(task_id)
    await world.latest("was not deleted", why)
    assert not world.codearts.count("DELETE")


async def test_a_slow_look_up(world: World) -> None:
    """The prompt does not wait for the look-up, and is filled in when it has answered."""
    world.codearts.always_answer(Delay(1.5), to="GET")
    await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
    first = (await world.slack.until(lambda: world.channel.messages))[-1]
    assert "Looking up details…" in words(first)
    assert buttons(first) == FIRST_STEP
    filled = await world.latest("webshop-frontend", STEP_1, "197 open issues")
    assert filled.ts == first.ts


async def test_a_look_up_of_which_a_part_is_slow(world: World) -> None:
    """The prompt comes in time with what is known, and is filled in with the rest: that the service would refuse."""
    for api in EVERY_LOOK_UP[1:]:
        world.codearts.always_answer(Delay(1.5), to=api)
    first = await world.ask(RUNNING_TASK)
    assert words(first).startswith("payments-nightly · Payments")
    assert "Looking up the rest…" in words(first)
    filled = await world.latest("payments-nightly", "all 5 branches", "49 open issues", "A check is running")
    assert filled.ts == first.ts


async def test_a_look_up_of_which_a_part_fails(world: World) -> None:
    """What could not be read is said to be unknown: nobody takes it for a task without issues that is not checked."""
    for api in EVERY_LOOK_UP[1:]:
        world.codearts.always_answer(InternalError(500), to=api)
    said = words(await world.ask(RUNNING_TASK))
    assert said.startswith("payments-nightly · Payments")
    assert "Not known: its branches, the last check, open issues, whether a check is running." in said


async def test_a_look_up_that_hangs(world: World) -> None:
    """The prompt comes, and the request can be cancelled; the prompt says what is missing."""
    world.codearts.always_answer(Hang(), to="GET")
    prompt = await world.ask()
    assert "Looking up details…" in words(prompt)
    await world.alice.clicks("Cancel", on=prompt)
    await world.latest("kept · cancelled by <@U01ALICE>")


async def test_facts_that_come_after_the_review(world: World) -> None:
    """They are shown together with the red button, whose waiting time starts again."""
    world.codearts.always_answer(Delay(1.5), to="GET")
    prompt = await world.ask()
    await world.alice.clicks("Review deletion…", on=prompt)
    await world.latest("Looking up details…", STEP_2)
    await world.latest("webshop-frontend", STEP_2, "197 open issues")
    assert buttons(world.now(prompt)) == ["Keep it", "Delete webshop-frontend"]


async def test_a_right_that_is_missing_for_details(world: World) -> None:
    """The missing right is named once, and the rest is shown."""
    for api in EVERY_LOOK_UP[1:]:
        world.codearts.always_answer(NO_RIGHT, to=api)
    said = words(await world.ask())
    assert said.startswith("webshop-frontend · Webshop")
    assert said.count("codeartscheck:task:get") == 2  # the notification's text, and the prompt
    assert "open issues" not in said


@pytest.mark.parametrize("fault", UNREADABLE, ids=repr)
async def test_what_cannot_be_read(world: World, fault: Fault) -> None:
    """The prompt names the task by its ID and says that details are missing; deleting works without them."""
    for api in EVERY_LOOK_UP:
        world.codearts.always_answer(fault, to=api)
    prompt = await world.ask()
    await world.slack.until(
        lambda: "Details are missing" in words(world.now(prompt)) or "may not read" in words(world.now(prompt)),
        within=15,
    )
    said = words(world.now(prompt))
    assert said.startswith("897acf7a…")
    assert "webshop" not in said
    assert "open issues" not in said
    await world.review()
    await world.alice.clicks("Delete 897acf7a…", on=prompt)
    await world.latest("status: success", within=15)
    assert world.codearts.count("DELETE") == 1


@pytest.mark.parametrize("shape", ["flat", "nested", "texts", "sparse", "nulls"])
async def test_odd_answers(world: World, shape: Shape) -> None:
    """Flat, nested, numbers as text, fields missing or empty: what is shown is correct, and the rest is not known."""
    world.codearts.change(TASK, shape=shape)
    said = words(await world.ask())
    assert said.startswith("webshop-frontend")
    whole = shape in {"flat", "nested", "texts"}
    for fact in ("197 open issues, 2 critical.", "Webshop", "master"):
        assert (fact in said) == whole, (fact, said)
    assert ("Not known: " in said) != whole
    assert "None" not in said
    assert "null" not in said


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("网店前端检查", "网店前端检查"),
        ("<!channel> *bold* `code`", "&lt;!channel&gt;"),
        ("a\u202eb\u200bc", "abc"),
    ],
    ids=["Chinese", "markup", "invisible"],
)
async def test_names_are_shown_and_do_nothing(world: World, name: str, seen: str) -> None:
    """Whatever a task is called, its name is shown as plain text."""
    world.codearts.change(TASK, name=name)
    prompt = await world.ask()
    assert seen in words(prompt)
    assert "<!channel>" not in str([block.model_dump() for block in prompt.blocks])
