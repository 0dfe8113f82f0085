"""The examination as a whole: order, time limits, and probes that fail."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.doctor import CannotTell, Check, Grade, examine
from bot.doctor.check import fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.once import Once
from bot.doctor.probe import Findings, Probe
from bot.doctor.slack_answers import SlackAnswers
from bot.settings import Settings, load_settings
from tests.doctor.deployed import deployed
from tests.settings.examples import ENOUGH
from tests.store.servers import valkey


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Any that are valid."""
    return load_settings(ENOUGH, tmp_path)


async def _well(_deployment: Deployment) -> Findings:
    yield ok("1")
    yield ok("2")


async def _slow(_deployment: Deployment) -> Findings:
    yield fault("found before", "Do this.")
    await asyncio.Event().wait()
    yield ok("never")


async def _broken(_deployment: Deployment) -> Findings:
    yield ok("first")
    raise RuntimeError("the secret is s3cret")


async def _blind(_deployment: Deployment) -> Findings:
    yield ok("the door")
    raise CannotTell("it is dark", "Switch the light on.")


def probe(name: str, look: object) -> Probe:
    """A probe of a test's own."""
    return Probe(name=name, order=1, checks="something", look=look)  # type: ignore[arg-type]  # one of those above


async def test_checks_come_in_the_order_of_their_probes(settings: Settings) -> None:
    """However long each of them looks; one that hangs is ended, and what it had found counts."""
    checks = await examine(settings, [probe("slow", _slow), probe("well", _well)], seconds=0.05)
    assert checks == [
        Check("slow", Grade.FAULT, "found before", "Do this."),
        Check("slow", Grade.WARNING, "cannot tell: no answer within 0.05 s", "Look at the network, and try again."),
        Check("well", Grade.OK, "1"),
        Check("well", Grade.OK, "2"),
    ]


async def test_what_cannot_be_told_is_a_warning(settings: Settings) -> None:
    """Never OK, and never the end of the examination."""
    door, light, well, _ = await examine(settings, [probe("blind", _blind), probe("well", _well)])
    assert door == Check("blind", Grade.OK, "the door")
    assert light == Check("blind", Grade.WARNING, "cannot tell: it is dark", "Switch the light on.")
    assert well == Check("well", Grade.OK, "1")


async def test_a_probe_that_fails_does_not_stop_the_others(settings: Settings) -> None:
    """It is a warning that repeats nothing of the error's text, which may hold a secret; the log has it, redacted."""
    checks = await examine(settings, [probe("broken", _broken), probe("well", _well)])
    assert [check.text for check in checks] == ["first", "cannot tell: the probe failed (RuntimeError)", "1", "2"]
    assert checks[1].grade is Grade.WARNING


async def test_a_question_is_asked_once(tmp_path: Path) -> None:
    """Whatever the number of probes: Slack throttles, and five refusals lock the access key."""
    async with deployed(valkey(), tmp_path) as here:
        here.environ["HUAWEICLOUD_SDK_SK"] = "not-the-secret"
        here.write_toml()
        await here.examine()
        asked = [(exchange.what, exchange.address) for exchange in here.slack.wire.exchanges]
        assert len(asked) == len(set(asked))
        assert here.codearts.count("GET") + here.codearts.count("search") == 1


async def test_who_waits_no_longer_takes_the_answer_away_from_nobody() -> None:
    """One probe's time limit is not another's."""
    once, may_answer = Once(), asyncio.Event()

    async def answer() -> int:
        await may_answer.wait()
        return 7

    impatient = asyncio.create_task(once.ask("?", answer))
    patient = asyncio.create_task(once.ask("?", answer))
    await asyncio.sleep(0)
    impatient.cancel()
    await asyncio.sleep(0)
    may_answer.set()
    assert await patient == 7
    await once.close()


async def test_a_method_that_may_change_something_is_never_called(settings: Settings) -> None:
    """A probe that tries is stopped before anything is sent."""
    async with AsyncExitStack() as stack:
        slack = SlackAnswers(settings, Once(), stack)
        with pytest.raises(ValueError, match=r"chat\.postMessage may change something"):
            await slack._call("chat.postMessage", {})  # noqa: SLF001 - what every question goes through
