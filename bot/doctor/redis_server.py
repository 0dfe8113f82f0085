"""Whether Redis answers, and keeps what people confirmed."""

import time
from collections.abc import Mapping

from redis.exceptions import NoPermissionError, RedisError

from bot.doctor.check import Check, Grade
from bot.settings import Settings
from bot.store.connection import connect

_OLDEST = (6, 2)  # the commands that the scripts use
_SKEW_SEEN, _SKEW_HARMFUL = 2.0, 120.0  # seconds; Slack's signatures hold 300, CodeArts Check's 900


async def look_at_redis(settings: Settings) -> list[Check]:
    """Reach the server of REDIS_URL and judge what it says of itself; the embedded server is only named."""
    if settings.redis_url is None:
        return [
            Check(
                "Redis",
                Grade.WARNING,
                f"REDIS_URL is not set: an embedded server keeps everything in {settings.data_dir}",
                "That is fine for one replica on one machine. For more, set REDIS_URL.",
            )
        ]
    client = connect(settings.redis_url.get_secret_value())
    try:
        before = time.time()
        seconds, microseconds = await client.time()
        skew = seconds + microseconds / 1e6 - (before + time.time()) / 2
        info = await client.info("everything")
    except NoPermissionError:
        text = "it answers, but this user may not run INFO, so eviction, persistence and replicas were not looked at"
        return [Check("Redis", Grade.WARNING, text, "Allow +info for as long as the doctor looks, or look by hand.")]
    except (RedisError, OSError) as error:
        return [Check("Redis", Grade.FAULT, f"it cannot be used: {error}", "Check REDIS_URL, the server and its ACL.")]
    finally:
        await client.aclose()
    return judge_redis(info, skew=skew, wait_replicas=settings.redis.wait_replicas)


def judge_redis(info: Mapping[str, object], *, skew: float, wait_replicas: int = 0) -> list[Check]:
    """What a server's INFO means for the bot.

    Args:
        info: the fields of INFO.
        skew: by how many seconds the server's clock is ahead of this machine's.
        wait_replicas: how many replicas `[redis]` asks for.
    """
    return [_version(info), _eviction(info), _persistence(info), *_replicas(info, wait_replicas), _clock(skew)]


def _version(info: Mapping[str, object]) -> Check:
    version = str(info["redis_version"])
    known = f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {version}"
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST:
        return Check("Redis", Grade.FAULT, f"{known} is too old", "Take Redis 6.2, Valkey, or newer.")
    return Check("Redis", Grade.OK, f"{known} answers")


def _eviction(info: Mapping[str, object]) -> Check:
    policy = info.get("maxmemory_policy")
    if policy == "noeviction":
        return Check("eviction", Grade.OK, "off")
    grade = Grade.FAULT if info.get("maxmemory") else Grade.WARNING
    return Check(
        "eviction",
        grade,
        f"with {policy} a full server forgets confirmations",
        "Set maxmemory-policy noeviction on the server.",
    )


def _persistence(info: Mapping[str, object]) -> Check:
    if info.get("aof_enabled"):
        return Check("persistence", Grade.OK, "the append-only file is on")
    return Check(
        "persistence",
        Grade.WARNING,
        "without the append-only file a crash of the server forgets what was confirmed last",
        "Set appendonly yes on the server.",
    )


def _replicas(info: Mapping[str, object], wanted: int) -> list[Check]:
    if not wanted:
        return []
    there = int(str(info.get("connected_slaves", 0)))
    if there >= wanted:
        return [Check("replicas", Grade.OK, f"{there} are connected, {wanted} are waited for")]
    text = f"{there} are connected, but {wanted} are waited for: every confirmation would be refused"
    return [Check("replicas", Grade.FAULT, text, "Connect more replicas, or lower [redis] wait_replicas.")]


def _clock(skew: float) -> Check:
    ahead = f"Redis's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    if abs(skew) < _SKEW_SEEN:
        return Check("clock", Grade.OK, "this machine's and Redis's agree")
    if abs(skew) < _SKEW_HARMFUL:
        return Check("clock", Grade.WARNING, ahead, "Keep both in step by NTP, so that logs can be compared.")
    return Check(
        "clock",
        Grade.FAULT,
        ahead,
        "Keep both in step by NTP: where this machine's is wrong, Slack's and CodeArts Check's signatures fail.",
    )
