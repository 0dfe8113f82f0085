"""What `make sbom` writes, and that nothing is installed under a licence that the project cannot ship with."""

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.supply_chain.sbom import Locked, bill, licence_of, locked, main

ROOT = Path(__file__).parents[2]
PINNED = locked(ROOT / "requirements.lock")
WITH_EXTRA = locked(ROOT / "requirements-otel.lock")
ALLOWED = ("Apache", "BSD", "MIT", "MPL", "PSF", "Python Software Foundation", "ISC", "Unlicense")


def test_everything_locked_is_in_the_bill_with_its_hashes(tmp_path: Path) -> None:
    """It is valid CycloneDX, names each file by its hash, and says who needs what."""
    main(tmp_path)
    text = (tmp_path / "codecheck-bot.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    found = json.loads(text)
    assert {(each["name"], each["version"]) for each in found["components"]} == {(e.name, e.version) for e in PINNED}
    assert all(each["hashes"] and each["licenses"] for each in found["components"])
    needed = {each["ref"]: each.get("dependsOn", []) for each in found["dependencies"]}
    assert any(ref.startswith("redis==") for ref in needed[found["metadata"]["component"]["bom-ref"]])
    assert any(ref.startswith("yarl==") for ref in next(v for k, v in needed.items() if k.startswith("aiohttp==")))
    table = (tmp_path / "licences.md").read_text(encoding="utf-8")
    assert all(f"| {each.name} | {each.version} |" in table for each in PINNED)


@pytest.mark.parametrize("each", WITH_EXTRA, ids=lambda each: each.name)
def test_its_licence_allows_what_we_do(each: Locked) -> None:
    """It is stated, and is one of those that ask for no more than a notice, or for changes of their own files."""
    licence = licence_of(distribution(each.name))
    assert any(allowed in licence for allowed in ALLOWED), licence
    assert "GPL" not in licence


def test_what_is_installed_is_what_is_locked() -> None:
    """So that the licences are those of the versions that the lock names."""
    assert {each.name: distribution(each.name).version for each in WITH_EXTRA} == {
        e.name: e.version for e in WITH_EXTRA
    }


def test_a_distribution_that_is_locked_and_not_installed_is_not_passed_over() -> None:
    """Rather no bill than one that leaves something out."""
    with pytest.raises(PackageNotFoundError):
        bill([Locked("no-such-distribution", "1", ())], "0")
