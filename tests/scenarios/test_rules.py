"""`[[rules]]`: some tasks need more safeguards, and a strict rule cannot be evaded."""

import pytest

from codecheck_sandbox.codearts import Hang, Refuse
from tests.fixtures.world import ANOTHER_TASK, TASK, OpenWorld, buttons, words

NAMED = '[[rules]]\nmatch = { names = ["WEBSHOP-front*"] }\n'


@pytest.mark.parametrize(
    "match",
    [
        'names = ["webshop-front*"]',
        'projects = ["web*"]',
        'repositories = ["*/webshop/frontend"]',
        f'tasks = ["{TASK[:6]}*"]',
        'channels = ["C01*"]',
        'names = ["webshop-*"], projects = ["Webshop"]',
    ],
)
async def test_a_protected_task(open_world: OpenWorld, match: str) -> None:
    """It is refused privately, with the reason and whom to ask; nothing is recorded."""
    toml = (
        f'[[rules]]\nmatch = {{ {match} }}\nprotect = true\nwarn = "Release gate: ask the quality team."\n'
        '[allow]\nadmins = ["U01BOB"]\n'
    )
    async with open_world(toml) as world:
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert "This bot never deletes this task. Release gate: ask the quality team." in answer.text
        assert "Ask <@U01BOB>." in answer.text
        assert world.channel.messages == []


async def test_a_rule_that_does_not_match(open_world: OpenWorld) -> None:
    """Other tasks are deleted as usual."""
    async with open_world(f"{NAMED}protect = true\n") as world:
        await world.delete(ANOTHER_TASK)
        await world.latest("status: success")


async def test_a_warning(open_world: OpenWorld) -> None:
    """It is shown above the facts, at both steps."""
    async with open_world(f'{NAMED}warn = "Release gate: ask the quality team first."\n') as world:
        prompt = await world.ask()
        said = words(prompt)
        assert said.index("⚠️ Release gate: ask the quality team first.") < said.index("Last check passed")
        await world.review()
        assert "⚠️ Release gate: ask the quality team first." in words(world.now(prompt))


async def test_a_grace(open_world: OpenWorld) -> None:
    """Only this task can be stopped for a while."""
    async with open_world(f"{NAMED}grace_seconds = 600\n") as world:
        await world.delete(ANOTHER_TASK)
        await world.latest("status: success")
        prompt = await world.delete(TASK)
        await world.latest("webshop-frontend will be deleted at")
        assert buttons(world.now(prompt)) == ["Stop"]


async def test_a_required_reason(open_world: OpenWorld) -> None:
    """Only this task needs one."""
    async with open_world(f'{NAMED}reason = "required"\n') as world:
        await world.ask(ANOTHER_TASK)
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.slack.until(lambda: world.alice.views)
        assert len(world.channel.messages) == 1


async def test_the_strictest_of_all_that_match(open_world: OpenWorld) -> None:
    """A looser rule, first or last, does not weaken a stricter one."""
    toml = (
        f'{NAMED}second_step = "second_person"\n'
        '[[rules]]\nmatch = { projects = ["Webshop"] }\nsecond_step = "typed"\ngrace_seconds = 600\n'
    )
    async with open_world(toml) as world:
        await world.ask()
        await world.review()
        await world.confirm()
        await world.told(world.alice, "someone else")
        await world.confirm(by=world.bob)
        await world.latest("webshop-frontend will be deleted at")


async def test_a_direct_message_evades_no_rule(open_world: OpenWorld) -> None:
    """A task that needs a second person cannot be requested in a direct message, where nobody else could see it."""
    async with open_world(f'{NAMED}second_step = "second_person"\n') as world:
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.alice.dm)
        assert "Someone else has to confirm, and nobody else would see it here" in answer.text
        assert world.alice.dm.messages == []
        assert not world.codearts.count("DELETE")


@pytest.mark.parametrize("fault", [Hang(), Refuse("CC.00050010", http=403)], ids=repr)
async def test_what_cannot_be_read_counts_as_matching(open_world: OpenWorld, fault: Hang | Refuse) -> None:
    """A rule cannot be evaded by asking while a look-up fails: it might be the protected task."""
    async with open_world(f"{NAMED}protect = true\n") as world:
        for api in ("GET", "defects-summary"):
            world.codearts.always_answer(fault, to=api)
        answer = await world.alice.types(f"/codecheck delete {ANOTHER_TASK}", in_=world.channel)
        assert "This bot never deletes this task" in answer.text
        assert world.channel.messages == []


async def test_a_rule_that_has_become_stricter(open_world: OpenWorld) -> None:
    """The settings at the last click count, if they are stricter."""
    async with open_world() as world:
        await world.ask()
        await world.review()
        await world.restart(f"{NAMED}protect = true\n")
        await world.confirm()
        await world.told(world.alice, "This bot never deletes this task")
        assert not world.codearts.count("DELETE")


async def test_a_rule_that_applies_since_the_task_has_changed(open_world: OpenWorld) -> None:
    """The prompt says at once who has to confirm now, and those are called."""
    rule = 'match = { projects = ["Payments"] }\nsecond_step = "second_person"\nwarn = "Ask the quality team."\n'
    async with open_world(f"[[rules]]\n{rule}") as world:
        prompt = await world.ask()
        await world.review()
        world.codearts.change(TASK, project="Payments")
        await world.confirm()
        await world.latest("has changed since", "Ask the quality team.", "Someone other than <@U01ALICE> must confirm")
        await world.alice.clicks("Review again…", on=prompt)
        await world.latest("for good?", "Project: Webshop → Payments.", "Someone other than <@U01ALICE> must confirm")
        await world.latest("webshop-frontend · Payments", "wants to delete")  # others are called
        await world.confirm()
        await world.told(world.alice, "someone else has to confirm")


async def test_a_rule_that_has_become_stricter_before_the_review(open_world: OpenWorld) -> None:
    """The second step says who has to confirm by the settings as they are now."""
    async with open_world() as world:
        await world.ask()
        await world.restart('[confirmation]\nsecond_step = "second_person"\n')
        await world.alice.clicks("Review deletion…", on=world.channel)
        await world.latest("for good?", "Someone other than <@U01ALICE> must confirm")


async def test_a_rule_that_protects_a_task_in_its_grace(open_world: OpenWorld) -> None:
    """Nothing is sent, and the result says that it was the rule: everyone concerned may still delete tasks."""
    grace = "[confirmation]\ngrace_seconds = 600\n"
    async with open_world(grace) as world:
        await world.delete()
        await world.latest("will be deleted at")
        await world.restart(f"{grace}{NAMED}protect = true\n")
        await world.pass_time(601)
        said = words(await world.latest("was not deleted", "The settings protect this task now."))
        assert "may no longer" not in said
        assert not world.codearts.count("DELETE")


async def test_a_rule_that_has_become_looser(open_world: OpenWorld) -> None:
    """The safeguards at the time of the request still apply."""
    async with open_world(f'{NAMED}second_step = "second_person"\n') as world:
        await world.ask()
        await world.review()
        await world.restart()
        await world.confirm()
        await world.told(world.alice, "someone else")
        assert not world.codearts.count("DELETE")
        await world.confirm(by=world.bob)
        await world.latest("status: success")


async def test_whoami_says_what_holds_for_every_task(open_world: OpenWorld) -> None:
    """A rule for some tasks only does not change what is said of all; that there are such rules is said."""
    async with open_world('[[rules]]\nmatch = { projects = ["Payments"] }\nsecond_step = "second_person"\n') as world:
        said = (await world.alice.types("/codecheck whoami", in_=world.channel)).text
        assert "Here you confirm a deletion with two clicks. Some tasks need more than that." in said
    async with open_world('[[rules]]\nmatch = { channels = ["C01*"] }\nsecond_step = "typed"\n') as world:
        said = (await world.alice.types("/codecheck whoami", in_=world.channel)).text
        assert "by typing the task's name" in said
        assert "Some tasks" not in said


@pytest.mark.parametrize(("seconds", "said"), [(30, "30 s"), (90, "90 s"), (7_200, "2 hours"), (604_800, "7 days")])
async def test_whoami_says_how_long_a_deletion_can_be_stopped(open_world: OpenWorld, seconds: int, said: str) -> None:
    """Nobody has to divide by 86400."""
    async with open_world(f"[confirmation]\ngrace_seconds = {seconds}\n") as world:
        answer = await world.alice.types("/codecheck whoami", in_=world.channel)
        assert f"After that it can be stopped for {said}." in answer.text
