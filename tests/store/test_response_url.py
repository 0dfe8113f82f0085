"""The latest response_url of an ephemeral prompt."""

from bot.domain.deletion import ResponseUrl
from bot.store.deletions import RESPONSE_URL_LIFE
from tests.store.rig import Rig

COMMANDS = ResponseUrl("https://hooks.example.com/commands/1", edits_prompt=False)
CLICKS = ResponseUrl("https://hooks.example.com/actions/2", edits_prompt=True)


async def test_the_latest_response_url_is_kept(rig: Rig) -> None:
    """With whether it can edit the prompt; those of other deletions are others."""
    await rig.store.keep_response_url("one", COMMANDS)
    await rig.store.keep_response_url("two", COMMANDS)
    await rig.store.keep_response_url("one", CLICKS)
    assert await rig.store.response_url("one") == CLICKS
    assert await rig.store.response_url("two") == COMMANDS


async def test_a_response_url_lives_as_long_as_slack_takes_it(rig: Rig) -> None:
    """Whoever has it can post, so it goes by itself after 30 minutes."""
    await rig.store.keep_response_url("one", CLICKS)
    remaining = await rig.redis.pttl(rig.keys.response_url("one"))
    assert 29 * 60_000 < remaining <= RESPONSE_URL_LIFE == 30 * 60_000


async def test_where_none_is_kept_there_is_none(rig: Rig) -> None:
    """It has gone, or there never was one."""
    assert await rig.store.response_url("one") is None
