"""Second-person confirmation: asking, reminding, confirming, declining and withdrawing, over hours and replicas."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from bot.domain.timings import Timings
from codecheck_sandbox.slack import Message, Person
from tests.fixtures.world import QUICK, TASK, OpenWorld, World, buttons, delete_label, words
from tests.observability.scraped import grown, scrape

HOUR = 3_600
OPERATORS = """
[operators]
U01ALICE = "alice"
U01BOB = "bob"
U01DAVE = "dave"
U01ERIN = "erin"
[allow]
admins = ["U01ERIN"]
"""
BY_OTHERS = '[confirmation]\nsecond_step = "second_person"\n'
ASK = '[second_person]\nask = ["U01BOB", "U01DAVE"]\nremind_minutes = [15, 60]\n'
TAKE_BACK, DECLINE, GLASS = "Take mine back", "Decline…", "Break glass…"


class Office(NamedTuple):
    """The world with two more colleagues: Dave has an operator, and so has Erin, who is an admin."""

    world: World
    dave: Person
    erin: Person


@asynccontextmanager
async def office(
    open_world: OpenWorld, toml: str = ASK, confirmation: str = "", timings: Timings = QUICK
) -> AsyncIterator[Office]:
    """The world with Dave and Erin in it."""
    async with open_world(OPERATORS + BY_OTHERS + confirmation + toml, timings) as world:
        dave, erin = world.slack.user("U01DAVE", "dave"), world.slack.user("U01ERIN", "erin")
        world.channel.members.update({dave.id, erin.id})
        yield Office(world, dave, erin)
        await world.alice.types("/codecheck help", in_=world.channel)  # Slack's events of the last messages come first


def thread(world: World, prompt: Message) -> list[str]:
    """The texts in the prompt's thread, oldest first."""
    return [words(seen) for seen in world.alice.sees(world.channel) if seen.thread_ts == prompt.ts]


async def in_thread(world: World, prompt: Message, *texts: str) -> str:
    """Wait until a message in the prompt's thread contains all of `texts`."""

    def holding() -> list[str]:
        return [said for said in thread(world, prompt) if all(text in said for text in texts)]

    return (await world.slack.until(holding))[-1]


async def shows(world: World, prompt: Message, *texts: str) -> str:
    """Wait until the prompt shows all of `texts`."""

    def holding() -> str:
        said = words(world.now(prompt))
        return said if all(text in said for text in texts) else ""

    return await world.slack.until(holding)


async def dm(world: World, person: Person, *texts: str) -> str:
    """Wait until a person has got a direct message."""

    def holding() -> list[str]:
        said = [words(seen) for seen in person.sees(person.dm)]
        return [each for each in said if all(text in each for text in texts)]

    return (await world.slack.until(holding))[-1]


async def test_asked_at_noon_reminded_twice_confirmed_at_two(open_world: OpenWorld) -> None:
    """Those asked are mentioned once, reminders mention nobody, another replica goes on, and the requester is told."""
    async with office(open_world) as (world, dave, _):
        prompt = await world.ask(reason="replaced by shop2")
        await world.review()
        call = await in_thread(world, prompt, "please have a look")
        assert "<@U01BOB>, <@U01DAVE>" in call
        assert "replaced by shop2" in call
        assert "operator alice" in call
        assert "pending mine" in call
        await shows(world, prompt, "Asked: <@U01BOB>, <@U01DAVE>", "Someone other than <@U01ALICE> must confirm")

        await world.pass_time(16 * 60)
        assert "<@" not in await in_thread(world, prompt, "still waiting for someone to confirm")
        await world.start_replica()
        await world.restart(OPERATORS + BY_OTHERS + ASK)  # both replicas are replaced
        await world.pass_time(HOUR)
        await world.slack.until(lambda: len(thread(world, prompt)) == 3)
        await world.pass_time(HOUR - 16 * 60)
        assert len(thread(world, prompt)) == 3

        await world.confirm(by=world.bob)

        await in_thread(world, prompt, "status: success", "confirmed by <@U01BOB>")
        await dm(world, world.alice, "webshop-frontend was deleted", "confirmed by <@U01BOB>")
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]
        assert not world.bob.sees(world.bob.dm)
        assert not dave.sees(dave.dm)
        await world.pass_time(HOUR)
        assert len(thread(world, prompt)) == 4


async def test_declined_with_a_reason(open_world: OpenWorld) -> None:
    """The prompt and the requester's message say who declined and why; the reason may be left out."""
    async with office(open_world) as (world, _, _):
        prompt = await world.ask()
        await world.review()
        await in_thread(world, prompt, "please have a look")
        await world.pass_time(2 * HOUR)

        await world.bob.clicks(DECLINE, on=world.channel)
        await world.slack.until(lambda: world.bob.views)
        await world.bob.submits({"reason": "still in use"})

        await shows(world, prompt, "declined by <@U01BOB>: “still in use”")
        await dm(world, world.alice, "declined by <@U01BOB>: “still in use”")
        assert buttons(world.now(prompt)) == []
        history = await world.alice.types("/codecheck history", in_=world.channel)
        assert "declined: “still in use”" in history.text
        assert not world.codearts.count("DELETE")


async def test_nobody_comes(open_world: OpenWorld) -> None:
    """After eight hours it has timed out, which is not called declined; and the requester is told."""
    async with office(open_world) as (world, _, _):
        prompt = await world.ask()
        await world.review()
        await in_thread(world, prompt, "please have a look")

        await world.pass_time(8 * HOUR - 60)
        await world.slack.until(lambda: len(thread(world, prompt)) == 2)  # one reminder for the two that were missed
        assert delete_label() in buttons(world.now(prompt))
        await world.pass_time(120)

        said = await shows(world, prompt, "nobody confirmed by")
        assert "declined" not in said
        assert "declined" not in await dm(world, world.alice, "nobody confirmed by")
        assert not world.codearts.count("DELETE")


async def test_two_of_three(open_world: OpenWorld) -> None:
    """The first confirmation is counted and shown, withdrawn, and given again; the second launches the deletion."""
    async with office(open_world, ASK + "confirmers = 2\n") as (world, dave, _):
        prompt = await world.ask()
        await world.review()
        await shows(world, prompt, "2 people other than <@U01ALICE> must confirm")
        await world.confirm(by=world.bob)
        await shows(world, prompt, "1 of 2 confirmed: <@U01BOB>")
        await world.confirm(by=world.bob)
        await world.told(world.bob, "You have confirmed it already")
        await world.confirm()
        await world.told(world.alice, "someone else has to confirm")
        await dave.clicks(TAKE_BACK, on=world.channel)
        await world.told(dave, "nothing to take back")

        await world.bob.clicks(TAKE_BACK, on=world.channel)
        await shows(world, prompt, "2 people other than <@U01ALICE> must confirm")
        await world.confirm(by=dave)
        await shows(world, prompt, "1 of 2 confirmed: <@U01DAVE>")
        assert not world.codearts.count("DELETE")
        await world.confirm(by=world.bob)

        await in_thread(world, prompt, "status: success", "confirmed by <@U01DAVE>, <@U01BOB>")


async def test_taken_back_in_the_grace(open_world: OpenWorld) -> None:
    """Until the call is launched a confirmation can be withdrawn: the request waits again, and its button is back."""
    async with office(open_world, confirmation="grace_seconds = 3600\n") as (world, dave, _):
        prompt = await world.ask()
        await world.review()
        await world.confirm(by=world.bob)
        await shows(world, prompt, "will be deleted at")

        await world.bob.clicks(TAKE_BACK, on=world.channel)

        await shows(world, prompt, "Someone other than <@U01ALICE> must confirm")
        await world.pass_time(HOUR + 1)
        await world.confirm(by=dave)
        await shows(world, prompt, "will be deleted at", "Confirmed by <@U01DAVE>")
        assert not world.codearts.count("DELETE")


async def test_nobody_who_is_asked_may_confirm(open_world: OpenWorld) -> None:
    """People who have left or have no operator are not asked; if nobody remains, the request ends at once."""
    async with office(open_world, '[second_person]\nask = ["U01BOB", "U01CAROL", "U01ALICE"]\n') as (world, _, _):
        users = world.slack.workspace.users
        users[world.bob.id] = replace(users[world.bob.id], deleted=True)
        prompt = await world.ask()

        await world.alice.clicks("Review deletion…", on=world.channel)

        await shows(world, prompt, "Nobody who is asked to confirm may do so.")
        await dm(world, world.alice, "Nobody who is asked to confirm may do so.")
        assert not thread(world, prompt)
        assert buttons(world.now(prompt)) == []


async def test_a_user_group_is_asked_by_its_members(open_world: OpenWorld) -> None:
    """The members who may confirm are mentioned: not the requester, nor anyone without an operator."""
    async with office(open_world, '[second_person]\nask = ["S0QUALITY"]\n') as (world, dave, _):
        world.slack.usergroup("S0QUALITY", [world.alice, world.carol, dave])
        prompt = await world.ask()
        await world.review()

        call = await in_thread(world, prompt, "please have a look")

        assert "<@U01DAVE>" in call
        assert "U01CAROL" not in call
        assert "<@U01ALICE> please" not in call


async def test_it_changes_while_it_waits(open_world: OpenWorld) -> None:
    """Someone who confirms hours later cannot confirm what was not shown: they and the requester are told."""
    async with office(open_world) as (world, _, _):
        prompt = await world.ask()
        await world.review()
        await in_thread(world, prompt, "please have a look")
        await world.pass_time(2 * HOUR)
        world.codearts.change(TASK, branch="release")

        await world.confirm(by=world.bob)

        await world.told(world.bob, "changed since it was shown")
        await shows(world, prompt, "has changed since you looked")
        await dm(world, world.alice, "has changed since you looked", "has to be reviewed and confirmed again")
        assert not world.codearts.count("DELETE")
        await world.alice.clicks("Review again…", on=world.channel)
        await world.slack.until(
            lambda: len([said for said in thread(world, prompt) if "please have a look" in said]) == 2
        )
        await world.confirm(by=world.bob)
        await in_thread(world, prompt, "status: success")


async def test_an_approver_loses_the_right_in_the_grace(open_world: OpenWorld) -> None:
    """Their confirmation no longer counts: the request does not fail, but asks and waits for someone else."""
    async with office(open_world, confirmation="grace_seconds = 3600\n") as (world, dave, _):
        prompt = await world.ask()
        await world.review()
        await world.confirm(by=world.bob)
        await shows(world, prompt, "will be deleted at")
        users = world.slack.workspace.users
        users[world.bob.id] = replace(users[world.bob.id], deleted=True)

        await world.pass_time(HOUR + 1)

        await shows(world, prompt, "A confirmation no longer counts", "Asked: <@U01DAVE>")
        assert not world.codearts.count("DELETE")
        await world.confirm(by=dave)
        await world.pass_time(HOUR + 1)
        await in_thread(world, prompt, "status: success", "confirmed by <@U01DAVE>")


async def test_stricter_settings_meanwhile_win(open_world: OpenWorld) -> None:
    """One confirmation was enough; during the grace period the settings change to two, so it waits for a second."""
    async with office(open_world, confirmation="grace_seconds = 3600\n") as (world, dave, _):
        prompt = await world.ask()
        await world.review()
        await world.confirm(by=world.bob)
        await shows(world, prompt, "will be deleted at")
        stricter = OPERATORS + BY_OTHERS + "grace_seconds = 3600\n" + ASK + "confirmers = 2\n"
        await world.restart(stricter)

        await world.pass_time(HOUR + 1)

        await shows(world, prompt, "1 of 2 confirmed: <@U01BOB>")
        assert not world.codearts.count("DELETE")
        await world.confirm(by=dave)
        await world.pass_time(HOUR + 1)
        await in_thread(world, prompt, "status: success")


async def test_break_glass(open_world: OpenWorld) -> None:
    """An admin confirms alone, with a reason and the typed name; a banner, messages and the log show it."""
    toml = ASK + 'break_glass = true\n[notify]\nchannels = ["C09AUDIT"]\n'
    async with office(open_world, toml) as (world, _, erin):
        audit = world.slack.channel("C09AUDIT", "audit", members=[world.alice])
        before = await scrape(world.bots[0].port)
        prompt = await world.ask()
        await world.review()
        await in_thread(world, prompt, "please have a look")
        await world.bob.clicks(GLASS, on=world.channel)
        await world.told(world.bob, "Only admins")
        await erin.clicks(GLASS, on=world.channel)
        await world.slack.until(lambda: erin.views)
        wrong = await erin.submits({"reason": "prod is down", "task_id": "webshop-fronted"})
        assert "task_id" in wrong.errors
        padded = await erin.submits({"reason": "          x", "task_id": "webshop-frontend"})
        assert "reason" in padded.errors
        assert not world.codearts.count("DELETE")

        await erin.submits({"reason": "prod is down", "task_id": "webshop-frontend"})

        banner = "Break-glass: <@U01ERIN> confirmed alone: “prod is down”"
        await in_thread(world, prompt, "status: success", banner)
        await in_thread(world, prompt, "For your information: <@U01BOB>, <@U01DAVE>", banner)
        await shows(world, prompt, banner)
        await world.latest(banner, in_=audit)
        history = await world.alice.types("/codecheck history", in_=world.channel)
        assert "confirmed alone, by break-glass" in history.text
        after = await scrape(world.bots[0].port)
        assert grown(before, after, "actions_total", action="deletion.glass_broken") == 3


async def test_a_modal_confirms_only_what_it_showed(open_world: OpenWorld) -> None:
    """Erin still writes why, while the task changes, and Alice reviews it again: Erin has not seen that."""
    async with office(open_world, ASK + "break_glass = true\n") as (world, _, erin):
        prompt = await world.ask()
        await world.review()
        await in_thread(world, prompt, "please have a look")
        await erin.clicks(GLASS, on=world.channel)
        await world.slack.until(lambda: erin.views)
        world.codearts.change(TASK, branch="release")
        await world.confirm(by=world.bob)
        await shows(world, prompt, "has changed since", "Branch: master → release.")
        await world.alice.clicks("Review again…", on=prompt)
        await shows(world, prompt, "for good?", "Branch: master → release.")
        await world.slack.until(lambda: delete_label() in buttons(world.now(prompt)))

        await erin.submits({"reason": "prod is down", "task_id": "webshop-frontend"})

        view = (await world.slack.until(lambda: erin.views))[-1]
        assert "It has changed since it was shown" in str(view.modal.model_dump())
        assert not world.codearts.count("DELETE")


async def test_no_break_glass_unless_the_settings_say_so(open_world: OpenWorld) -> None:
    """There is no such button, and one on an older prompt does nothing."""
    async with office(open_world, ASK + "break_glass = true\n") as (world, _, erin):
        prompt = await world.ask()
        await world.review()
        await in_thread(world, prompt, "please have a look")
        old = world.now(prompt)
        assert GLASS in buttons(old)
        await world.restart(OPERATORS + BY_OTHERS + ASK)

        await erin.clicks(GLASS, on=old, stale=True)

        await world.told(erin, "Nobody can confirm this alone")
        assert not world.codearts.count("DELETE")


async def test_pending_mine(open_world: OpenWorld) -> None:
    """People who may confirm find what they can confirm, the requester their own request, and nobody anything else."""
    async with office(open_world) as (world, _, _):
        await world.ask()

        async def mine(person: Person) -> str:
            answer = await person.types("/codecheck pending mine", in_=world.channel)
            return answer.text

        assert "Your own requests: 1" in await mine(world.alice)
        assert "webshop" not in await mine(world.bob)
        await world.review()
        assert "Your own requests: 1" in await mine(world.alice)
        assert "Waiting for your confirmation: 1" in await mine(world.bob)


async def test_an_approver_loses_the_right_before_the_last_one_confirms(open_world: OpenWorld) -> None:
    """Of two confirmations, hours apart, only the second counts: nothing is sent, and the one that counts is kept."""
    async with office(open_world, ASK + "confirmers = 2\n") as (world, dave, erin):
        prompt = await world.ask()
        await world.review()
        await world.confirm(by=world.bob)
        await shows(world, prompt, "1 of 2 confirmed: <@U01BOB>")
        await world.pass_time(2 * HOUR)
        users = world.slack.workspace.users
        users[world.bob.id] = replace(users[world.bob.id], deleted=True)

        await world.confirm(by=dave)

        await shows(world, prompt, "A confirmation no longer counts", "1 of 2 confirmed: <@U01DAVE>")
        assert not world.codearts.count("DELETE")
        await world.confirm(by=erin)
        await in_thread(world, prompt, "status: success", "confirmed by <@U01DAVE>, <@U01ERIN>")


async def test_the_prompt_shows_what_stricter_settings_ask_for(open_world: OpenWorld) -> None:
    """The requester confirmed; during the grace period the settings change to a second person, who is then asked."""
    grace = "[confirmation]\ngrace_seconds = 3600\n"
    async with open_world(OPERATORS + grace) as world:
        dave = world.slack.user("U01DAVE", "dave")
        world.channel.members.add(dave.id)
        prompt = await world.ask()
        await world.review()
        await world.confirm()
        await shows(world, prompt, "will be deleted at")
        await world.restart(OPERATORS + BY_OTHERS + ASK)

        await world.pass_time(HOUR + 1)

        await shows(world, prompt, "A confirmation no longer counts", "Someone other than <@U01ALICE> must confirm")
        await in_thread(world, prompt, "<@U01BOB>, <@U01DAVE> please have a look")
        assert not world.codearts.count("DELETE")
        await world.confirm(by=world.bob)
        await shows(world, prompt, "will be deleted at")


async def test_settings_that_became_stricter_a_moment_ago_win(open_world: OpenWorld) -> None:
    """A confirmation of seconds ago, under other settings, is no reason not to look at the present ones."""
    grace = "[confirmation]\ngrace_seconds = 4\n"
    async with open_world(OPERATORS + grace) as world:
        prompt = await world.ask()
        await world.review()
        await world.confirm()
        await shows(world, prompt, "will be deleted at")
        await world.restart(OPERATORS + BY_OTHERS + ASK)

        await world.pass_time(4)

        await shows(world, prompt, "A confirmation no longer counts", "Someone other than <@U01ALICE> must confirm")
        assert not world.codearts.count("DELETE")


async def test_what_is_said_to_those_who_cannot_confirm_is_true(open_world: OpenWorld) -> None:
    """Before the review it is not the requester's to confirm; and another's confirmation is not one's own."""
    toml = OPERATORS.replace('U01DAVE = "dave"', 'U01DAVE = "Bob"') + BY_OTHERS + ASK + "confirmers = 2\n"
    async with open_world(toml) as world:
        dave = world.slack.user("U01DAVE", "dave")
        world.channel.members.add(dave.id)
        prompt = await world.ask()
        await world.bob.clicks("Review deletion…", on=world.channel)
        await world.told(world.bob, "<@U01ALICE> has to review this first")
        await world.review()
        await world.confirm(by=world.bob)
        await shows(world, prompt, "1 of 2 confirmed: <@U01BOB>")
        await world.confirm(by=dave)
        await world.told(dave, "Someone with your CodeArts user has confirmed it already")


async def test_broken_glass_can_be_stopped_in_the_grace(open_world: OpenWorld) -> None:
    """Everyone is told while there is still time, also about an admin's own request; and anyone can stop it."""
    async with office(open_world, ASK + "break_glass = true\n", confirmation="grace_seconds = 600\n") as office_:
        world, _, erin = office_
        prompt = await world.ask(by=erin)
        await world.review(by=erin)
        await erin.clicks(GLASS, on=world.channel)
        await world.slack.until(lambda: erin.views)
        await erin.submits({"reason": "prod is down", "task_id": "webshop-frontend"})
        await in_thread(world, prompt, "For your information: <@U01BOB>, <@U01DAVE>", "Break-glass: <@U01ERIN>")

        await world.bob.clicks("Stop", on=world.channel)

        await shows(world, prompt, "stopped by <@U01BOB>")
        await dm(world, erin, "stopped by <@U01BOB>")
        assert not world.codearts.count("DELETE")


async def test_a_direct_message_has_no_second_person(open_world: OpenWorld) -> None:
    """Nobody else can see it, so it is refused at once."""
    async with office(open_world) as (world, _, _):
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.alice.dm)
        assert "nobody else would see it here" in answer.text


async def test_nothing_is_asked_or_reminded_while_deletions_are_frozen(open_world: OpenWorld) -> None:
    """The bot asks after the unfreeze: nobody is asked for something that they could not do."""
    async with office(open_world) as (world, _, erin):
        prompt = await world.ask()
        await erin.types("/codecheck freeze release weekend", in_=world.channel)
        await shows(world, prompt, "Deletions are frozen")
        await world.alice.clicks("Review deletion…", on=world.channel)
        await shows(world, prompt, "Delete webshop-frontend for good?")
        assert not thread(world, prompt)

        await erin.types("/codecheck unfreeze", in_=world.channel)

        await in_thread(world, prompt, "please have a look")
        assert delete_label() in buttons(world.now(prompt))
