"""The composition root."""

from bot.settings import Settings


async def run(settings: Settings) -> None:
    """Serve until SIGTERM, then drain."""
    raise NotImplementedError(settings.host)
