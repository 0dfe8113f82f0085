"""A stand-in for CodeArts Check, its gateway and IAM, on 127.0.0.1, after the vendor's API pages.

::

    async with CodeArtsStandIn() as codearts:
        codearts.url              # the endpoint of CodeArts Check, and of IAM
        codearts.next_answer(Drop(after_deleting=True))
        codearts.always_answer(Refuse("CC.00050010", http=403), to="defects-summary")
        codearts.change(TASK, branch="release", running=True, shape="flat")
        ...
        assert codearts.deletions[0].operator == "alice"
"""

from codecheck_sandbox.codearts.accounts import BOT, DEVELOPER, TEMPORARY, Account, default_accounts
from codecheck_sandbox.codearts.faults import Accept, Delay, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.server import CodeArtsStandIn
from codecheck_sandbox.codearts.tasks import Deleted, Task, default_tasks
from codecheck_sandbox.codearts.wire import Exchange

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
