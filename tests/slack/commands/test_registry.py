"""One file is a subcommand: what is made of the list of them, and that nothing else need change for another."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.slack.registry import commands_table, discover
from tests.slack.recorded import typed
from tests.slack.signing import SignedSlack
from tests.slack.subcommands import one_more_subcommand

ECHO = '''
"""`/codecheck echo <words>`: an example."""

from bot.domain.errors import UsageError
from bot.domain.text import Text, text
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.layout import Layout, told


async def answer(call: Call) -> Layout:
    """Say it again."""
    if not call.words.text:
        raise UsageError(Text("There is nothing to say."))
    return told(text("{who} says: {words}", who=call.by, words=call.words.text))


SUBCOMMAND = Subcommand(
    name="echo",
    order=35,
    arguments="<words>",
    example="hello",
    does="says it again",
    who=Who.ANYONE,
    answer=answer,
)
'''


@pytest.fixture
def echo(tmp_path: Path) -> Iterator[None]:
    """A folder of subcommands beside the bot's own, with one file in it."""
    with one_more_subcommand("echo", ECHO, tmp_path):
        yield


async def test_one_more_file_is_one_more_subcommand(echo: None, bot: SignedSlack) -> None:
    """It is answered, helped with, corrected, hinted at and listed, and no other file changed."""
    del echo
    assert await typed(bot, "echo a &lt;b") == "<@U01ALICE> says: `a &lt;b`"
    assert await typed(bot, "ECHO") == (
        "There is nothing to say.\nUsage: `/codecheck echo &lt;words&gt;`, for example `/codecheck echo hello`"
    )
    assert "`/codecheck echo &lt;words&gt;`  says it again" in await typed(bot, "help")
    assert "Did you mean `echo`?" in await typed(bot, "ecko")
    assert "| echo <words> |" in discover().usage_hint()
    assert "| `/codecheck echo <words>` | says it again | anyone |" in commands_table().splitlines()


def test_the_order_of_lists_is_always_the_same() -> None:
    """What deletes comes first and help last, whatever the file system says."""
    names = [each.name for each in discover().subcommands]
    assert names == ["delete", "pending", "history", "whoami", "freeze", "unfreeze", "help"]


def test_a_file_without_a_subcommand_is_a_fault(tmp_path: Path) -> None:
    """It is found when the bot starts, not when someone types."""
    with (
        one_more_subcommand("nothing", "", tmp_path),
        pytest.raises(TypeError, match=r"bot\.slack\.commands\.nothing has no SUBCOMMAND"),
    ):
        discover()


def test_two_files_with_one_name_are_a_fault(tmp_path: Path) -> None:
    """Neither wins by chance."""
    with (
        one_more_subcommand("another", ECHO.replace('name="echo"', 'name="help"'), tmp_path),
        pytest.raises(TypeError, match="two subcommands have the same name"),
    ):
        discover()


def test_every_usage_is_one_that_help_can_show_and_the_sandbox_can_complete() -> None:
    """A name is one word in lower case, and no argument has the `|` that separates the hint's alternatives."""
    for each in discover().subcommands:
        assert re.fullmatch("[a-z]+", each.name)
        assert "|" not in each.usage
        assert each.does[0].islower()
    assert len(discover().usage_hint()) <= 1_000  # Slack's limit of a usage_hint


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("delte 1", "There is no `delte`. Did you mean `delete`?"),
        ("Remove 1", "There is no `Remove`."),
        ("&lt;!channel&gt;", "There is no `channel`."),
        ("<!channel>", "There is no `@channel`."),
        ("<@U1|x>", "There is no `@x`."),
        ("&amp;&amp;", "There is no `&amp;&amp;`."),
        ("w" * 500, f"There is no `{'w' * 32}`."),
        ("a`b", "There is no `a\u02cbb`."),
    ],
)
async def test_an_unknown_subcommand_is_answered_with_the_nearest_one(bot: SignedSlack, text: str, answer: str) -> None:
    """What was typed comes back short and without markup, and if something is near, it is offered."""
    assert await typed(bot, text) == f"{answer}\n`/codecheck help` shows what there is."


@pytest.mark.parametrize(
    "text", ["", "  ", "help", "HELP", "*help*", "“help”", "```", "/codecheck", "/codecheck help", "help me"]
)
async def test_help(bot: SignedSlack, text: str) -> None:
    """It names every subcommand, and says who may use those that not everyone may."""
    answer = await typed(bot, text)
    assert "two confirmations" in answer
    assert "`/codecheck delete &lt;task_id&gt; [reason]`  deletes a task for good" in answer
    assert "`/codecheck freeze [reason]`  stops every deletion (admins)" in answer
    assert all(f"/codecheck {each.name}" in answer for each in discover().subcommands)


def test_what_a_subcommand_does_is_plain_text() -> None:
    """Help shows it as text from outside: marks of Slack's or Markdown's would make it code, with other marks in it."""
    for subcommand in discover().subcommands:
        assert not set("`*_~<>") & set(subcommand.does), subcommand.name
