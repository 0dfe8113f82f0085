"""`REDIS_URL` -> a client of redis-py.

::

    redis://[user:password@]host[:port][/db]
    rediss://…                                  the same over TLS; ?ssl_ca_certs=/path names a CA of one's own
    unix:///path/of/the/socket[?db=0]
    redis+sentinel://[user:password@]host[:port],host[:port]/service[/db]
                                                ?sentinel_username=…&sentinel_password=… if Sentinels ask for one
    rediss+sentinel://…                         the same over TLS
    redis+cluster://[user:password@]host[:port],host[:port]
    rediss+cluster://…                          the same over TLS
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.maint_notifications import MaintNotificationsConfig

from bot.store.addresses import try_every_address
from bot.store.cluster import ClusterPool

_FORMS = "redis://, rediss://, unix://, redis+sentinel:// or redis+cluster:// (with rediss over TLS)"
_ESCAPE = "in a password, write `@` as %40, `/` as %2F, `#` as %23"


def connect(url: str) -> Redis:
    """A client for `url`; it connects when it is first used. The caller closes it by `aclose()`.

    Args:
        url: one of the forms above.

    Raises:
        ValueError: the URL is malformed; the text says how, and never holds the password.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError(f"it cannot be read as a URL ({_ESCAPE})") from None
    match parts.scheme:
        case "redis" | "rediss":
            _address(parts.netloc)
            _database(parts.path)
            return _checked(Redis.from_pool(BlockingConnectionPool(timeout=1, **_settings(url))))
        case "unix":
            if parts.netloc.rpartition("@")[2] or not parts.path:
                raise ValueError("a socket's path follows three slashes, as in unix:///run/redis.sock")
            return _checked(Redis.from_pool(BlockingConnectionPool(timeout=1, **_settings(url))))
        case "redis+sentinel" | "rediss+sentinel":
            return _checked(_master(_SentinelUrl.read(url)))
        case "redis+cluster" | "rediss+cluster":
            return _checked(_cluster(url))
        case _:
            raise ValueError(f"it must begin with {_FORMS}")


@dataclass(frozen=True, slots=True)
class _SentinelUrl:
    """What a Sentinel URL says.

    Args:
        sentinels: the addresses.
        sentinel_settings: how to sign in to them.
        service: the name under which they know the primary.
        url: the primary's URL, but for its address, which they know.
    """

    sentinels: list[tuple[str, int]]
    sentinel_settings: dict[str, Any]
    service: str
    url: str

    @classmethod
    def read(cls, url: str) -> "_SentinelUrl":
        parts = urlsplit(url)
        credentials, _, hosts = parts.netloc.rpartition("@")
        service, _, database = parts.path.removeprefix("/").partition("/")
        if not service:
            raise ValueError("the service's name is missing, as in redis+sentinel://host1,host2/service/0")
        _database(database)
        query = dict(parse_qsl(parts.query))
        sentinel_settings = {
            name.removeprefix("sentinel_"): query.pop(name)
            for name in ("sentinel_username", "sentinel_password")
            if name in query
        }
        scheme = parts.scheme.partition("+")[0]
        return cls(
            sentinels=[_address(host, default_port=26379) for host in hosts.split(",")],
            sentinel_settings=sentinel_settings,
            service=service,
            url=f"{scheme}://{credentials}@primary/{database}?{urlencode(query)}",
        )


class _MasterPool(SentinelConnectionPool):
    """Closes its Sentinels' connections as well, which redis-py leaves to the caller."""

    async def aclose(self) -> None:
        await super().aclose()
        await self.sentinel_manager.aclose()


def _master(sentinel_url: _SentinelUrl) -> Redis:
    """A client for the current primary."""
    settings = _settings(sentinel_url.url)
    tls = settings.pop("connection_class", None) is SSLConnection
    del settings["host"]
    sentinel_settings = {name: value for name, value in settings.items() if name.startswith(("ssl_", "socket_"))}
    sentinel = Sentinel(
        sentinel_url.sentinels,
        sentinel_kwargs={
            **sentinel_settings,
            **sentinel_url.sentinel_settings,
            "ssl": tls,
            "retry": settings["retry"],
            "socket_timeout": 0.5,  # a dead one must leave time to ask the next
            "socket_connect_timeout": 0.5,
        },
    )
    for each in sentinel.sentinels:
        try_every_address(each)
    master: Redis = sentinel.master_for(sentinel_url.service, connection_pool_class=_MasterPool, ssl=tls, **settings)
    return master


def _cluster(url: str) -> Redis:
    """A client for the node that has the bot's keys."""
    parts = urlsplit(url)
    credentials, _, hosts = parts.netloc.rpartition("@")
    if parts.path.strip("/") not in {"", "0"}:
        raise ValueError("a cluster has only database 0")
    scheme = parts.scheme.partition("+")[0]
    settings = _settings(f"{scheme}://{credentials}@node?{parts.query}")
    tls = settings.pop("connection_class", None) is SSLConnection
    del settings["host"]
    nodes = [_address(host) for host in hosts.split(",")]
    return Redis.from_pool(ClusterPool(nodes, settings, tls=tls, timeout=1))


def _settings(url: str) -> dict[str, Any]:
    """redis-py's settings for a connection; the query of the URL overrides them."""
    try:
        from_url = parse_url(url)
    except ValueError:
        raise ValueError(f"its options cannot be read ({_ESCAPE})") from None
    return {
        "decode_responses": True,
        "socket_timeout": None,  # bot.store.redis_calls bounds the whole; this would be another task for each command
        "socket_connect_timeout": 1,
        "health_check_interval": 15,
        "retry": Retry(NoBackoff(), 0),  # explicit, as from_url has none in 8.1.0 (redis-py #4252); see redis_calls.py
        "driver_info": None,  # CLIENT SETINFO is not of Redis 7.0, and an ACL would have to allow it
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),  # one more round trip
        **from_url,
    }


def _address(netloc: str, default_port: int = 6379) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{netloc}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"a port must be a number up to 65535 ({_ESCAPE})") from None
    if not host:
        raise ValueError("a host is missing, as in redis://localhost:6379/0")
    return host, port or default_port


def _database(path: str) -> None:
    number = path.strip("/")
    if number and not (number.isascii() and number.isdigit()):
        raise ValueError(f"the database after the host's slash must be a number ({_ESCAPE})")


def _checked(client: Redis) -> Redis:
    """The client, if redis-py accepts its settings."""
    try:
        client.connection_pool.make_connection()
    except (TypeError, ValueError, OSError, RedisError):
        raise ValueError("it has an option that redis-py does not know, or one with a wrong value") from None
    return try_every_address(client)
