"""The soak itself runs, for a few seconds: else it would be found broken on the day when it is needed."""

from pathlib import Path

import pytest

from benchmarks.soak import load
from benchmarks.soak.conversations import Kind
from benchmarks.soak.load import Options
from benchmarks.soak.report import report


@pytest.mark.slow
async def test_a_few_seconds(tmp_path: Path) -> None:
    """One conversation of each kind, without faults: all end as they should, and the report says so."""
    options = Options(seconds=2, rate=4, share=0, replicas=2, ttl=6, linger=2)
    verdict = await load.run(tmp_path, options)
    assert not verdict.wrong, report(verdict, options)
    assert {ended.kind for ended in verdict.ended.values()} == set(Kind)
    assert "nothing lost, nothing twice" in report(verdict, options)
