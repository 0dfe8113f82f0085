"""A stand-in CodeArts Check, its gateway and IAM: the API pages made real, on 127.0.0.1.

::

    async with CodeArtsStandIn() as codearts:
        codearts.url              # the endpoint of CodeArts Check, and of IAM
        codearts.next_answer(Drop(after_deleting=True))
        ...
        assert codearts.deletions[0].operator == "alice"
"""

from bot.sandbox.codearts.accounts import BOT, DEVELOPER, TEMPORARY, Account, default_accounts
from bot.sandbox.codearts.faults import Accept, Delay, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from bot.sandbox.codearts.server import CodeArtsStandIn
from bot.sandbox.codearts.tasks import Deleted, Task, default_tasks
from bot.sandbox.codearts.wire import Exchange

__all__ = [
    "BOT",
    "DEVELOPER",
    "TEMPORARY",
    "Accept",
    "Account",
    "CodeArtsStandIn",
    "Delay",
    "Deleted",
    "Drop",
    "Exchange",
    "Fault",
    "Garbage",
    "Hang",
    "InternalError",
    "Refuse",
    "Task",
    "Throttle",
    "default_accounts",
    "default_tasks",
]
