"""`make sbom`: a bill of materials of what the bot installs (CycloneDX 1.6), and its licences as a table.

Names, versions and file hashes come from requirements.lock, for this version of Python. Licences and dependencies come
from the metadata of the installed distributions.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PROJECT = "codecheck-bot"
_BRIEF = 100  # characters of a licence's name at most


@dataclass(frozen=True)
class Locked:
    """One distribution of the lock.

    Args:
        name: its name, normalised.
        version: its version.
        hashes: the SHA-256 of each of its files.
    """

    name: str
    version: str
    hashes: tuple[str, ...]


def locked(lock: Path) -> list[Locked]:
    """What a lock pins, except what only other versions of Python or other systems need."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        if (pin := re.match(r"[\w.-]+==[^#]+?(?=\s+--hash|$)", line)) is None:
            continue
        requirement = Requirement(pin[0])
        if requirement.marker is None or requirement.marker.evaluate():
            version = next(iter(requirement.specifier)).version
            found.append(Locked(requirement.name, version, tuple(re.findall(r"--hash=sha256:(\w+)", line))))
    return found


def licence_of(found: Distribution) -> str:
    """The licence as the distribution states it: an SPDX expression if it has one."""
    stated, named = ((found.metadata.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
    classifiers = found.metadata.get_all("Classifier") or []
    classified = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
    brief = named if len(named) <= _BRIEF else ""  # some state the whole licence there
    return stated or brief or " AND ".join(classified) or "not stated"


def bill(pinned: Iterable[Locked], version: str) -> Bom:
    """The bill of materials."""
    licences = LicenseFactory()
    components = {}
    for each in pinned:
        found = distribution(each.name)
        components[each.name] = Component(
            type=ComponentType.LIBRARY,
            name=each.name,
            version=each.version,
            purl=PackageURL("pypi", name=each.name, version=each.version),
            bom_ref=f"{each.name}=={each.version}",
            licenses=[licences.make_from_string(licence_of(found))],
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in each.hashes],
        )
    bot = Component(
        type=ComponentType.APPLICATION,
        name=PROJECT,
        version=version,
        bom_ref=f"{PROJECT}=={version}",
        licenses=[licences.make_from_string("Apache-2.0")],
        supplier=OrganizationalEntity(name=PROJECT),
    )
    bom = Bom(components=components.values())
    bom.metadata.component = bot
    bom.register_dependency(bot, [components[name] for name in _required(PROJECT) if name in components])
    for name, component in components.items():
        bom.register_dependency(component, [components[other] for other in _required(name) if other in components])
    return bom


def _required(name: str) -> set[str]:
    """The names of what a distribution requires, without its extras."""
    required = distribution(name).requires or ()
    names = (re.match(r"[\w.-]+", each) for each in required if "extra ==" not in each)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in names if match}


def table(pinned: Iterable[Locked]) -> str:
    """The licences, as Markdown."""
    rows = (f"| {each.name} | {each.version} | {licence_of(distribution(each.name))} |" for each in pinned)
    return "\n".join(["| distribution | version | licence |", "|---|---|---|", *rows]) + "\n"


def main(folder: Path) -> None:
    """Write both files into `folder`."""
    pinned = locked(ROOT / "requirements.lock")
    folder.mkdir(exist_ok=True)
    bom = bill(pinned, distribution(PROJECT).version)
    (folder / "codecheck-bot.cdx.json").write_text(JsonV1Dot6(bom).output_as_string(indent=2), encoding="utf-8")
    (folder / "licences.md").write_text(table(pinned), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
