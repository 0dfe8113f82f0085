"""What `REDIS_URL` must look like: its form is checked here, its options by redis-py itself.

::

    redis://[user:password@]host[:port][/database]
    unix:///path/of/the/socket[?db=0]
    redis+sentinel://[user:password@]host[:port],host[:port]/service[/database]
    redis+cluster://[user:password@]host[:port],host[:port]

With `rediss` in place of `redis`, over TLS.
"""

import re
from urllib.parse import SplitResult, parse_qsl, urlencode

from bot.settings.checks import is_host, refusal
from bot.settings.faults import nearest
from bot.settings.urls import split

_ESCAPED = "(in a password write @ as %40, / as %2F and # as %23)"
_AS_SERVER = f"Write it as redis://host:6379/0 {_ESCAPED}."
_AS_SENTINEL = f"Write it as redis+sentinel://host1,host2/service/0 {_ESCAPED}."
_AS_CLUSTER = f"Write it as redis+cluster://host1,host2 {_ESCAPED}."
_AS_SOCKET = "Write it as unix:///run/redis.sock."
_NO_NUMBER = "has a database that is not a number"

_OF_SENTINELS = ("sentinel_username", "sentinel_password")
_OPTIONS = (
    "client_name",
    "db",
    "health_check_interval",
    "max_connections",
    "password",
    "socket_connect_timeout",
    "socket_keepalive",
    "socket_timeout",
    "ssl_ca_certs",
    "ssl_ca_data",
    "ssl_ca_path",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_ciphers",
    "ssl_keyfile",
    "ssl_min_version",
    "ssl_password",
    "username",
)
"""The options that do not change how the bot talks to Redis; `decode_responses` or `protocol` would break it."""


def redis_url(text: str) -> str:
    """`text`, if it is one of the forms above and redis-py takes its options."""
    url = split(text, _AS_SERVER, several_hosts="+" in text.partition(":")[0])
    scheme, _, mode = url.scheme.partition("+")
    match scheme, mode:
        case (("redis" | "rediss"), ""):
            _host(url.hostname or "", _AS_SERVER)
            _database(url.path.removeprefix("/"), _AS_SERVER)
            _options(url, scheme, ())
        case "unix", "":
            if url.netloc.rpartition("@")[2] or not url.path.strip("/"):
                raise refusal("has no absolute path", _AS_SOCKET)
            _options(url, scheme, ())
        case (("redis" | "rediss"), "sentinel"):
            _hosts(url, "Sentinel", _AS_SENTINEL)
            service, _, database = url.path.removeprefix("/").partition("/")
            if not service:
                raise refusal("does not name a service", _AS_SENTINEL)
            _database(database, _AS_SENTINEL)
            _options(url, scheme, _OF_SENTINELS)
        case (("redis" | "rediss"), "cluster"):
            _hosts(url, "cluster", _AS_CLUSTER)
            if url.path not in ("", "/", "/0"):
                raise refusal("has a path, and a cluster has only database 0", _AS_CLUSTER)
            _options(url, scheme, ())
        case _:
            raise refusal(
                "is not a Redis URL",
                "Begin it with redis://, unix://, redis+sentinel:// or redis+cluster://; with rediss for TLS.",
            )
    return text


def _host(host: str, hint: str) -> None:
    if not host:
        raise refusal("has no host", hint)
    if not is_host(host):
        raise refusal("has a host that is neither a name nor an address", hint)


def _hosts(url: SplitResult, kind: str, hint: str) -> None:
    """Each is a name, an address or an IPv6 address in brackets, perhaps with a port."""
    for each in url.netloc.rpartition("@")[2].split(","):
        found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::(\d{1,5}))?", each)
        if not found or not is_host(found[1] or found[2]) or int(found[3] or 0) > 65_535:  # noqa: PLR2004 - a port
            raise refusal(f"has no valid list of {kind} hosts", hint)


def _database(number: str, hint: str) -> None:
    if not re.fullmatch(r"[0-9]{0,5}/?", number):
        raise refusal(_NO_NUMBER, hint)


def _options(url: SplitResult, scheme: str, others: tuple[str, ...]) -> None:
    """Refuses an option that redis-py does not know or cannot use. The names are public, the values may be secrets."""
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    for name in options:
        if name not in (*_OPTIONS, *others):
            raise refusal("has an option that it cannot have", nearest(name, (*_OPTIONS, *others)))
        if name.startswith("ssl_") and scheme != "rediss":
            raise refusal(f"has the option {name}, but no TLS", "Begin it with rediss, or take the option out.")
    query = urlencode({name: value for name, value in options.items() if name not in others})
    plain = f"unix:///socket?{query}" if scheme == "unix" else f"{scheme}://host?{query}"

    from redis.asyncio.connection import BlockingConnectionPool, SSLConnection, parse_url  # noqa: PLC0415 - 0.1 s
    from redis.exceptions import RedisError  # noqa: PLC0415 - the same

    try:
        connection = BlockingConnectionPool(**parse_url(plain)).make_connection()
    except (TypeError, ValueError, OSError, RedisError):
        raise refusal("has an option with a value that redis-py refuses", "Correct what follows the ?.") from None
    if isinstance(connection, SSLConnection):
        try:
            connection.ssl_context.get()
        except FileNotFoundError:
            raise refusal(
                "names a certificate file that does not exist", "Correct the paths of its ssl_ options."
            ) from None
        except (OSError, ValueError, TypeError):  # ssl.SSLError is an OSError
            raise refusal(
                "has TLS options that cannot be used", "Check the files and values of its ssl_ options."
            ) from None
