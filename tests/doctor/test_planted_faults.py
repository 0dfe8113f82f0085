"""Every fault of the list is planted in a deployment in which all is well; doctor finds it, and changes nothing."""

from pathlib import Path

import pytest

from bot.doctor import Check, Grade
from bot.doctor.slack_answers import READS
from tests.doctor.deployed import Deployed, deployed, files_in
from tests.doctor.planted import Planted, all_planted
from tests.store.servers import DEBIAN, valkey

PLANTED = all_planted()
SECRETS = ("s3cret-pass", "another-pass", "not-the-secret", "not-the-password")


def test_there_are_enough() -> None:
    """No two rows are one."""
    assert len({fault.what for fault in PLANTED}) == len(PLANTED) >= 60


@pytest.mark.parametrize("fault", PLANTED, ids=lambda fault: fault.what)
async def test_it_is_found_and_named_and_nothing_is_changed(fault: Planted, tmp_path: Path) -> None:
    """By the probe that the list names, with what to do, without a secret, and at the wire only by reading."""
    if fault.needs is not None and not fault.needs.exists():
        pytest.skip(f"{fault.needs} is not installed")
    async with deployed(valkey(), tmp_path) as here:
        await found_in(here, fault)


REDIS = [fault for fault in PLANTED if fault.probe.startswith("Redis") and fault.needs is None]


@pytest.mark.parametrize("fault", REDIS, ids=lambda fault: fault.what)
@pytest.mark.skipif(not DEBIAN.exists(), reason=f"{DEBIAN} is not installed")
async def test_faults_of_redis_are_found_in_the_oldest_server_in_use_too(fault: Planted, tmp_path: Path) -> None:
    """It words some of its errors in another way."""
    async with deployed(DEBIAN, tmp_path) as here:
        await found_in(here, fault)


async def found_in(here: Deployed, fault: Planted) -> None:
    """Plant a fault, let doctor look, and hold what it says and does against the list."""
    await fault.plant(here)
    here.write_toml()
    kept = await here.kept() if fault.untouched else {}
    files = files_in(here.folder)
    deleted, messages = list(here.codearts.deletions), _messages(here)

    checks = await here.examine()

    found = [check for check in checks if check.name == fault.probe and fault.says in check.text]
    assert found, f"not found; doctor says {[check for check in checks if check.grade is not Grade.OK]}"
    assert {(check.grade, fault.hint in check.hint) for check in found} == {(fault.grade, True)}, found
    assert not [check for check in checks if check.grade is not Grade.OK and not check.hint]
    assert not [secret for secret in (*SECRETS, here.slack.bot_token) if secret in _text(checks)]
    assert not fault.untouched or await here.kept() == kept
    assert files_in(here.folder) == files
    assert {exchange.what for exchange in here.slack.wire.exchanges} <= READS
    assert {request.method for request in here.codearts.requests} <= {"GET", "POST"}
    assert all("/v3/auth/tokens" in request.path for request in here.codearts.requests if request.method == "POST")
    assert (list(here.codearts.deletions), _messages(here)) == (deleted, messages)


def _messages(here: Deployed) -> int:
    return sum(len(channel.messages) for channel in here.slack.workspace.channels.values())


def _text(checks: list[Check]) -> str:
    return "\n".join(f"{check.text} {check.hint}" for check in checks)
