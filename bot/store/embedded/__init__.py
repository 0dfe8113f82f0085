"""The embedded Redis server, for a deployment without `REDIS_URL`: one Valkey for each data folder.

- It survives a killed bot: the next one adopts it. It ends when the last process that uses it releases it.
- There is never a second one on the same folder: the process that starts it locks a file, and the server inherits the
  lock, so the kernel holds the lock for as long as the server lives, no matter which process is killed when.
- It answers only when a write is on the disk, and only this user can reach it.

`start_embedded` starts or adopts it, `supervise` restarts it when it ends, `open_embedded` does both and releases it at
the end; `problems` tells the doctor what is wrong without touching anything.
"""

from bot.store.embedded.problem import Problem
from bot.store.embedded.problems import problems
from bot.store.embedded.server import EmbeddedServer, start_embedded
from bot.store.embedded.supervision import open_embedded, supervise

__all__ = ["EmbeddedServer", "Problem", "open_embedded", "problems", "start_embedded", "supervise"]
