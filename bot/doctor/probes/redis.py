"""Whether Redis does the bot's work: a transaction that uses every command, as the readiness check makes it."""

import re

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import AuthenticationError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout

from bot.codearts.troubles import trouble
from bot.doctor.check import Finding, fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.doctor.redis_answers import cause_of
from bot.domain.errors import PersonError
from bot.settings import Settings
from bot.store.cluster import NoOwnerError
from bot.store.schema import acl_rules

_CHECK = "Check REDIS_URL, the network, and whether the server runs."
_NETWORK = {
    "The TLS connection to Redis failed.": "Check whether the server speaks TLS on this port.",
}
_HINTS = (
    ("OOM ", "Raise maxmemory, or free memory; keep maxmemory-policy noeviction."),
    ("READONLY ", "Point REDIS_URL at the primary, or at the Sentinels by redis+sentinel://."),
    ("MASTERDOWN ", "Point REDIS_URL at the new primary, or at the Sentinels by redis+sentinel://."),
    ("NOREPLICAS ", "Connect the replicas again, or lower min-replicas-to-write on the server."),
    ("MISCONF ", "Look at the server's log, and at the free space of its disk."),
    ("CLUSTERDOWN ", "Look at CLUSTER INFO: every slot needs a primary that runs."),
    ("MOVED ", "REDIS_URL names one node of a cluster: begin it with redis+cluster://."),
    (
        "no node of the cluster",
        "If it is not a cluster, begin REDIS_URL with redis://; if it is, look at CLUSTER INFO.",
    ),
    ("LOADING ", "Wait until the server has read its data."),
    ("WRONGTYPE ", "Set CODECHECK_REDIS_PREFIX to a prefix that nobody else uses."),
    ("unknown command", "Take Redis 6.2, Valkey, or newer."),
    ("WRONGPASS ", "Check the user and the password in REDIS_URL."),
    ("NOAUTH ", "Put the user and the password into REDIS_URL."),
)
_RIGHTS = re.compile(r"NOPERM |can't run this command|run the '")


async def look(deployment: Deployment) -> Findings:
    """Write what the bot writes all the time, on keys that are gone after a minute."""
    try:
        await deployment.redis.write()
    except ValueError as error:
        yield fault(f"REDIS_URL cannot be used: {error}", "Correct REDIS_URL.")
    except PersonError as error:
        yield _explained(error, deployment.settings)
    else:
        yield ok("it takes the bot's writes")


def _explained(error: PersonError, settings: Settings) -> Finding:
    cause = cause_of(error)
    if isinstance(cause, MasterNotFoundError):
        return fault("no Sentinel answers and knows this service", "Check the Sentinels and the service in REDIS_URL.")
    if isinstance(cause, NoOwnerError):
        hint = "Check whether it is a cluster that is up, and whether the Redis user may run CLUSTER SLOTS."
        return fault("no node of the cluster says which of them has the keys", hint)
    if isinstance(cause, RedisTimeout) and "connecting" in str(cause):
        hint = "Check REDIS_URL and the network; with rediss:// the server must speak TLS on this port."
        return fault("no connection was made in time", hint)
    if cause is None or isinstance(cause, (RedisTimeout, TimeoutError)):
        return fault("it did not answer in time", "Look whether the server hangs, and at the network.")
    said = f"{getattr(cause, 'status_code', None) or ''} {cause}".strip()
    why = str(getattr(error, "why", "")).partition(": ")[0] or said
    if _RIGHTS.search(said):
        url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        rules = acl_rules(settings.redis_prefix, cluster="+cluster://" in url)
        return fault(why, f"Set the user's rights: ACL SETUSER <user> {rules}")
    hint = next((hint for code, hint in _HINTS if code in f"{said} "), "")
    if hint or isinstance(cause, (AuthenticationError, ResponseError)):
        return fault(why, hint or "Check REDIS_URL, the server and its ACL.")
    found = trouble(cause, "Redis")
    certificate = "certificate" in str(found.why)
    return fault(str(found.why), str(found.admin_hint) if certificate else _NETWORK.get(str(found.why), _CHECK))


PROBE = Probe(name="Redis", order=21, checks="whether Redis takes every kind of write that the bot makes", look=look)
