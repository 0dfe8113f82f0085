"""The deployment that is examined: its settings, and the services that it uses, ready to be asked."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.doctor.codearts_answers import CodeArtsAnswers
from bot.doctor.once import Once
from bot.doctor.people import People
from bot.doctor.redis_answers import RedisAnswers
from bot.doctor.slack_answers import SlackAnswers
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is examined.

    Args:
        settings: the settings, which are valid.
        slack: answers of Slack.
        redis: answers of Redis, shared or embedded.
        codearts: answers of CodeArts Check.
        people: what Slack says about the people that the settings name.
    """

    settings: Settings
    slack: SlackAnswers
    redis: RedisAnswers
    codearts: CodeArtsAnswers
    people: People


@asynccontextmanager
async def open_deployment(settings: Settings) -> AsyncIterator[Deployment]:
    """The deployment with these settings. Nothing is asked before a probe needs it."""
    async with AsyncExitStack() as stack:
        once = Once()
        slack = SlackAnswers(settings, once, stack)
        redis = RedisAnswers(settings, once, stack)
        codearts = CodeArtsAnswers(settings, once, stack)
        try:
            yield Deployment(settings, slack, redis, codearts, People(settings, slack, once))
        finally:
            await once.close()  # before the connections that its questions use
