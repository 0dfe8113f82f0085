"""Bots as real processes, started fast: imported once, then forked (`python -m tests.faults.nursery SOCKET`).

A bot costs half a second of imports; hundreds of them are killed here. So this process imports the bot, runs nothing,
and forks a child for every connection to its socket. The child is a process like any other: its own memory, event loop
and connections, and SIGKILL takes all of it. It runs what `codecheck-bot run` runs, with timings of the test's choice.

A connection sends one line of JSON (`Birth`), then carries the child's log, and at last its exit status.
"""

import contextlib
import json
import logging
import os
import selectors
import signal
import socket
import sys
from pathlib import Path
from typing import TypedDict

import click

import bot.__main__
import bot.app
from bot.cli.execution import execute
from bot.cli.settings import all_settings
from bot.domain.timings import Timings


class Birth(TypedDict):
    """What a bot starts with.

    Args:
        environ: its whole environment.
        folder: its working folder.
        timings: in place of those of the settings.
    """

    environ: dict[str, str]
    folder: str
    timings: dict[str, int]


def main(path: str) -> None:
    """Fork a bot for each connection to the socket `path`, until standard input closes."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(64)
    woken, wake = socket.socketpair()
    wake.setblocking(False)  # noqa: FBT003 - so in the standard library
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    selector = selectors.DefaultSelector()
    for source in (listening, woken, sys.stdin):
        selector.register(source, selectors.EVENT_READ)
    children: dict[int, socket.socket] = {}
    print(bot.app.__file__, flush=True)  # noqa: T201 - says that it listens, and which source it has
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                for pid in children:
                    os.kill(pid, signal.SIGKILL)
                return
            if key.fileobj is woken:
                woken.recv(64)
                _bury(children)
                continue
            connection, _ = listening.accept()
            birth: Birth = json.loads(connection.makefile().readline())
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for sibling in (listening, *children.values()):
                    sibling.close()  # else its log would not end before this child does
                _live(birth, connection)
            children[pid] = connection
            connection.sendall(f'{{"pid": {pid}}}\n'.encode())


def _bury(children: dict[int, socket.socket]) -> None:
    """Report every child that has ended."""
    for pid, connection in list(children.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with contextlib.suppress(OSError):  # nobody wants to know any more
                connection.sendall(f'{{"exit": {os.waitstatus_to_exitcode(status)}}}\n'.encode())
            connection.close()
            del children[pid]


def _live(birth: Birth, log: socket.socket) -> None:
    """The child: become the bot, and never come back."""
    status = 1
    try:
        os.dup2(log.fileno(), 2)
        os.environ.clear()
        os.environ.update(birth["environ"])
        os.chdir(birth["folder"])

        execute(bot.app.run(all_settings(), Timings(**birth["timings"])))
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except click.ClickException as failed:
        failed.show()
        status = failed.exit_code
    finally:
        logging.shutdown()  # writes what is left of the log
        os._exit(status)


if __name__ == "__main__":
    main(str(Path(sys.argv[1])))
