"""Which keys there are, and what a Redis user must be allowed to do with them."""

from dataclasses import dataclass

# What the scripts and the client use. HELLO and AUTH are open to everyone.
COMMANDS = (
    "evalsha",
    "script|load",
    "time",
    "exists",
    "get",
    "set",
    "del",
    "pexpire",
    "hget",
    "hgetall",
    "hset",
    "hincrby",
    "xadd",
    "xdel",
    "xrange",
    "xrevrange",
    "zadd",
    "zcount",
    "zrange",
    "zrem",
    "zremrangebyscore",
    "zscore",
    "wait",
    "ping",
    "select",
)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys under one prefix. One hash tag keeps them in one slot of a Cluster, so a script may use any of them.

    Args:
        prefix: what every key begins with, before a colon.
    """

    prefix: str

    @property
    def due(self) -> str:
        """The sorted set of deadlines: the IDs of the deletions still to be carried on, by when each is due."""
        return f"{self.prefix}:{{deletions}}:due"

    def deletion(self, deletion_id: str) -> str:
        """The hash that holds a deletion."""
        return f"{self.prefix}:{{deletions}}:deletion:{deletion_id}"

    def task(self, task_id: str) -> str:
        """The lock of a task: the ID of the deletion that has not ended."""
        return f"{self.prefix}:{{deletions}}:task:{task_id}"

    def response_url(self, deletion_id: str) -> str:
        """The latest response_url of an ephemeral prompt."""
        return f"{self.prefix}:{{deletions}}:response_url:{deletion_id}"

    @property
    def record(self) -> str:
        """The stream of everything that happened."""
        return f"{self.prefix}:{{deletions}}:record"

    @property
    def head(self) -> str:
        """The hash that holds where the record ends, and where it begins since it was trimmed."""
        return f"{self.prefix}:{{deletions}}:record:head"

    def noted(self, token: str) -> str:
        """Says for a minute that a note has been recorded."""
        return f"{self.prefix}:{{deletions}}:record:noted:{token}"

    @property
    def freeze(self) -> str:
        """The hash that says whether everything is stopped, by whom, and why."""
        return f"{self.prefix}:{{deletions}}:freeze"

    def hour(self, whose: str) -> str:
        """The sorted set of the past hour's second confirmations, of `everybody` or of one person's requests."""
        return f"{self.prefix}:{{deletions}}:hour:{whose}"

    def burst(self, whose: str) -> str:
        """Says that the admins have been told of a burst."""
        return f"{self.prefix}:{{deletions}}:burst:{whose}"


def acl_rules(prefix: str) -> str:
    """The rules of `ACL SETUSER` that suffice for the bot, its password apart."""
    return f"resetkeys ~{prefix}:* resetchannels -@all " + " ".join(f"+{command}" for command in COMMANDS)
