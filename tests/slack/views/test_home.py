"""The Home tab keeps to Slack's limits, whatever is waiting."""

from dataclasses import replace

import pytest
from slack_sdk.models.views import View

from bot.domain.concern import Mine
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.slack.views.from_deletion import Links
from bot.slack.views.home import MOST, home
from bot.slack.views.layout import drawn
from codecheck_sandbox.slack.block_kit import checked_home
from tests.slack.views.golden_messages import MINE, WAITING
from tests.slack.views.states import AT

LINKS = Links(f"https://{'w' * 60}.slack.com/", "https://console.example/{project_id}/{task_id}?" + "q" * 500)
LONG = replace(
    WAITING,
    reason="&" * 200,
    operator="<" * 64,
    shown=LookUp(Presence.EXISTS, TaskFacts(name="`>*" * 200, project_id="p" * 200)),
)


@pytest.mark.parametrize("count", [0, 1, MOST, MOST + 1, 500])
def test_slack_takes_it(count: int) -> None:
    """At most 100 blocks and 250 KB, with the longest texts; each group says how many it leaves out."""
    page = home(replace(MINE, to_confirm=(LONG,) * count, own=(LONG,) * count, complete=count < 500), LINKS, AT)
    view = View(type="home", blocks=drawn(page).blocks).to_dict()
    assert checked_home(view).blocks
    left_out = count - MOST
    assert drawn(page).text.count(f"and {left_out} more") == (2 if left_out > 0 else 0)


def test_nothing_is_said_of_what_could_not_be_read() -> None:
    """Neither "nothing" nor what to do if there is nothing."""
    said = drawn(home(Mine(complete=False), Links(), AT)).text
    assert not [word for word in ("Nothing", "No request", "Type") if word in said]
