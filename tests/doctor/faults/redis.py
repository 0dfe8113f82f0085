"""Faults of the Redis server, and of the way to it."""

import asyncio
import signal
import ssl
from pathlib import Path

import trustme

from bot.store.schema import acl_rules
from tests.doctor.deployed import PREFIX, Deployed, old_server
from tests.doctor.planted import FAULT, WARNING, planted
from tests.store.servers import free_port, in_step, running, valkey

_SEE_ACL = "Set the user's rights: ACL SETUSER"
_FAKETIME = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), Path("libfaketimeMT.so.1"))
_AHEAD = f"LD_PRELOAD={_FAKETIME} FAKETIME=+600s FAKETIME_DONT_FAKE_MONOTONIC=1"


@planted(
    "Redis is down",
    "Redis",
    FAULT,
    "Redis refused the connection.",
    "Check REDIS_URL, the network, and whether the server runs.",
    untouched=False,
)
async def _(here: Deployed) -> None:
    await here.server.stop()


@planted(
    "Redis hangs",
    "Redis",
    FAULT,
    "it did not answer in time",
    "Look whether the server hangs, and at the network.",
    untouched=False,
)
async def _(here: Deployed) -> None:
    here.server.send(signal.SIGSTOP)
    here.stack.callback(here.server.send, signal.SIGCONT)


@planted(
    "The password in `REDIS_URL` is wrong",
    "Redis",
    FAULT,
    "invalid username-password pair",
    "Check the user and the password in REDIS_URL.",
)
async def _(here: Deployed) -> None:
    await here.user("bot", *acl_rules(PREFIX).split())
    here.use_url(here.environ["REDIS_URL"].replace("s3cret-pass", "another-pass"))


@planted(
    "`REDIS_URL` has no password, and the server asks for one",
    "Redis",
    FAULT,
    "Authentication required",
    "Put the user and the password into REDIS_URL.",
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("requirepass", "s3cret-pass")


@planted("The Redis user lacks a right", "Redis", FAULT, "the Redis user may not run XADD", _SEE_ACL)
async def _(here: Deployed) -> None:
    await here.user("bot", *[rule for rule in acl_rules(PREFIX).split() if rule != "+xadd"])


@planted(
    "The Redis user may use other keys",
    "Redis",
    FAULT,
    "the Redis user may not use the keys under this prefix",
    _SEE_ACL,
)
async def _(here: Deployed) -> None:
    await here.user("bot", *acl_rules("another").split())


@planted(
    "Redis is a replica (after a failover, say)",
    "Redis",
    FAULT,
    "this Redis is a read-only replica",
    "Point REDIS_URL at the primary, or at the Sentinels by redis+sentinel://.",
)
async def _(here: Deployed) -> None:
    replica = await here.stack.enter_async_context(running(here.server.binary, here.folder.parent / "replica"))
    await in_step(replica, here.server)
    here.use_url(replica.url)


@planted(
    "Redis is a replica that has lost its primary",
    "Redis",
    FAULT,
    "MASTERDOWN",
    "Point REDIS_URL at the new primary, or at the Sentinels by redis+sentinel://.",
    untouched=False,
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("replica-serve-stale-data", "no")
    await here.redis.replicaof("127.0.0.1", "1")


@planted(
    "Redis is out of memory",
    "Redis",
    FAULT,
    "Redis is out of memory",
    "Raise maxmemory, or free memory; keep maxmemory-policy noeviction.",
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("maxmemory", "1")


@planted(
    "Redis has too few replicas to take writes",
    "Redis",
    FAULT,
    "Redis has too few replicas (min-replicas-to-write)",
    "Connect the replicas again, or lower min-replicas-to-write on the server.",
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("min-replicas-to-write", "1")


@planted(
    "The Redis cluster is down",
    "Redis",
    FAULT,
    "the Redis cluster is down",
    "Look at CLUSTER INFO: every slot needs a primary that runs.",
)
async def _(here: Deployed) -> None:
    folder = here.folder.parent / "cluster"
    node = await here.stack.enter_async_context(
        running(here.server.binary, folder, "--cluster-enabled", "yes", "--cluster-port", str(free_port()))
    )
    here.use_url(node.url)


@planted(
    "Redis is older than 6.2", "Redis version", FAULT, "Redis 6.0.16 is too old", "Take Redis 6.2, Valkey, or newer."
)
async def _(here: Deployed) -> None:
    here.use_url(await old_server(here.stack))


@planted(
    "The append-only file is off",
    "Redis persistence",
    WARNING,
    "without the append-only file",
    "Set appendonly yes on the server.",
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("appendonly", "no")


@planted(
    "Redis evicts keys when it is full",
    "Redis memory",
    FAULT,
    "with maxmemory-policy allkeys-lru",
    "Set maxmemory-policy noeviction on the server.",
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("maxmemory", "1gb")
    await here.redis.config_set("maxmemory-policy", "allkeys-lru")


@planted(
    "Redis would evict keys if it had a limit",
    "Redis memory",
    WARNING,
    "with maxmemory-policy volatile-ttl",
    "Set maxmemory-policy noeviction on the server.",
)
async def _(here: Deployed) -> None:
    await here.redis.config_set("maxmemory-policy", "volatile-ttl")


@planted(
    "Redis is nearly out of memory",
    "Redis memory",
    WARNING,
    "% of maxmemory is used",
    "Raise maxmemory, free memory, or set [record] retention_days.",
)
async def _(here: Deployed) -> None:
    used = int((await here.redis.info("memory"))["used_memory"])
    await here.redis.config_set("maxmemory", used + 60_000)


@planted(
    "`wait_replicas` asks for more replicas than there are",
    "Redis replicas",
    FAULT,
    "2 are waited for, but 0 answered",
    "Connect more replicas, or lower [redis] wait_replicas.",
)
async def _(here: Deployed) -> None:
    here.toml["redis"] = {"wait_replicas": 2}


@planted(
    "Redis's clock is ten minutes ahead",
    "Redis clock",
    FAULT,
    "s ahead of this machine's",
    "in step by NTP.",
    untouched=False,
    needs=_FAKETIME,
)
async def _(here: Deployed) -> None:
    ahead = here.folder.parent / "ahead"
    ahead.write_text(f'#!/bin/sh\nexport {_AHEAD}\nexec {valkey()} "$@"\n', encoding="utf-8")
    ahead.chmod(0o700)
    server = await here.stack.enter_async_context(running(ahead, here.folder.parent / "later"))
    here.use_url(server.url)


@planted(
    "The Redis user may not run INFO (it need not, for its work)",
    "Redis memory",
    WARNING,
    "cannot tell: the Redis user may not run INFO",
    "Allow +info while doctor looks, or look on the server.",
)
async def _(here: Deployed) -> None:
    await here.user("bot", *acl_rules(PREFIX).split())


@planted(
    "`REDIS_URL` names a cluster, and the server is not one",
    "Redis",
    FAULT,
    "no node of the cluster says which of them has the keys",
    "Check whether it is a cluster that is up, and whether the Redis user may run CLUSTER SLOTS.",
)
async def _(here: Deployed) -> None:
    here.use_url(here.server.url.replace("redis://", "redis+cluster://"))


@planted(
    "No Sentinel answers",
    "Redis",
    FAULT,
    "no Sentinel answers and knows this service",
    "Check the Sentinels and the service in REDIS_URL.",
)
async def _(here: Deployed) -> None:
    here.use_url("redis+sentinel://127.0.0.1:1/checks/0")


@planted(
    "`REDIS_URL` asks for TLS, and the server speaks none",
    "Redis",
    FAULT,
    "no connection was made in time",
    "with rediss:// the server must speak TLS on this port.",
)
async def _(here: Deployed) -> None:
    here.use_url(here.server.url.replace("redis://", "rediss://"))


@planted(
    "Redis's certificate is from an unknown authority",
    "Redis",
    FAULT,
    "The TLS certificate of Redis is from an authority that this machine does not trust.",
    "Set SSL_CERT_FILE to a PEM file with the certificates to trust",
)
async def _(here: Deployed) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=tls)
    here.stack.callback(server.close)
    here.use_url(f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}")


@planted(
    "`REDIS_URL` asks for TLS, and something else listens there",
    "Redis",
    FAULT,
    "The TLS connection to Redis failed.",
    "Check whether the server speaks TLS on this port.",
)
async def _(here: Deployed) -> None:
    def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    here.stack.callback(server.close)
    here.use_url(f"rediss://127.0.0.1:{server.sockets[0].getsockname()[1]}")
