"""The bot against the stand-ins of `bot.sandbox`: the composition behind `codecheck-bot sandbox`."""


async def serve(port: int, *, socket_mode: bool) -> None:
    """Serve the sandbox on 127.0.0.1:`port` until SIGINT or SIGTERM."""
    raise NotImplementedError(port, socket_mode)


async def play(*, socket_mode: bool) -> bool:
    """Run one whole conversation, print it as a transcript, and tell whether all of it went as it must."""
    raise NotImplementedError(socket_mode)
