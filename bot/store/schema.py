"""Every key in Redis, what is in it, and what a Redis user must be allowed to do with it.

| key | kind | holds | lasts |
|---|---|---|---|
| `due` | sorted set | what has not ended, by when each is due: expiry, lease, grace, look-up | for ever |
| `deletion:ID` | hash | a deletion (`bot.store.codec`) | until it ended and was announced, then 7 days |
| `task:ID` | string | the deletion of a task that has not ended | until it ends |
| `response_url:ID` | string | the latest response_url of an ephemeral prompt | 30 minutes |
| `instance` | hash | which storage this is (`id`), what it has lost, how its clock jumped | for ever |
| `freeze` | hash | the freeze, who lifted it, and who has yet to be told (`bot.store.codec`) | for ever |
| `hour:WHO` | sorted set | the past hour's second confirmations, of `everyone` or of one requester | an hour |
| `burst:WHO` | string | the admins have been told that a limit is reached | an hour |
| `events` | stream | the audit log | as `[record] retention_days` says |
| `checkpoints` | stream | the checkpoints that seal it | as the events |
| `checkpoint` | hash | the last checkpoint | for ever |
| `done:TOKEN` | string | a write that has been applied, so that a replay changes nothing | a minute |
| `signature:DIGEST` | string | a signed request of Slack's that has been received | 10 minutes |
| `probe` | string, … | what the readiness check writes | a minute |
"""

from dataclasses import dataclass

HASH_TAG = "{deletions}"
"""What puts all keys into one slot of a Cluster."""

COMMANDS = (
    "evalsha",
    "script|load",
    "time",
    "type",
    "exists",
    "get",
    "set",
    "del",
    "pexpire",
    "hget",
    "hgetall",
    "hset",
    "xadd",
    "xrange",
    "xrevrange",
    "xtrim",
    "zadd",
    "zrange",
    "zrem",
    "zremrangebyscore",
    "zscore",
    "wait",
    "ping",
    "select",
)
"""What the script and the client use. HELLO and AUTH are open to everyone."""

CLUSTER_COMMANDS = ("cluster|slots",)
"""The additional command for a Cluster, to find the node that has the keys."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys under one prefix. One hash tag keeps them in one slot of a Cluster, so the script may use any of them.

    Args:
        prefix: what every key begins with, before a colon.
    """

    prefix: str

    def _key(self, name: str) -> str:
        return f"{self.prefix}:{HASH_TAG}:{name}"

    @property
    def due(self) -> str:
        """The deletions that have not ended, by when each is due."""
        return self._key("due")

    def deletion(self, deletion_id: str) -> str:
        """A deletion."""
        return self._key(f"deletion:{deletion_id}")

    def task(self, task_id: str) -> str:
        """The deletion of a task that has not ended."""
        return self._key(f"task:{task_id}")

    def response_url(self, deletion_id: str) -> str:
        """The latest response_url of an ephemeral prompt."""
        return self._key(f"response_url:{deletion_id}")

    @property
    def freeze(self) -> str:
        """The freeze."""
        return self._key("freeze")

    @property
    def instance(self) -> str:
        """Which storage this is."""
        return self._key("instance")

    def hour(self, who: str) -> str:
        """The past hour's second confirmations."""
        return self._key(f"hour:{who}")

    def burst(self, who: str) -> str:
        """Says that the admins have been told of a limit."""
        return self._key(f"burst:{who}")

    @property
    def events(self) -> str:
        """The audit log."""
        return self._key("events")

    @property
    def checkpoints(self) -> str:
        """What seals it."""
        return self._key("checkpoints")

    @property
    def checkpoint(self) -> str:
        """The last checkpoint."""
        return self._key("checkpoint")

    def done(self, token: str) -> str:
        """Says for a minute that a write has been applied."""
        return self._key(f"done:{token}")

    def signature(self, digest: str) -> str:
        """Says for ten minutes that a signed request has been received."""
        return self._key(f"signature:{digest}")

    def probe(self, kind: str) -> str:
        """A key of each kind that only the readiness check uses."""
        return self._key(f"probe:{kind}")


def acl_rules(prefix: str, *, cluster: bool = False) -> str:
    """The rules for `ACL SETUSER` that are enough for the bot, except its password."""
    commands = (*COMMANDS, *(CLUSTER_COMMANDS if cluster else ()))
    return f"resetkeys ~{prefix}:* resetchannels -@all " + " ".join(f"+{command}" for command in commands)
