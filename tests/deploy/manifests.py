"""The manifests under deploy/kustomize, built."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KUSTOMIZE = ROOT / "deploy" / "kustomize"
GOLDEN = Path(__file__).parent / "golden"
VARIANTS = ("base", "http")
KUBECTL = shutil.which("kubectl")

Manifest = dict[str, Any]


def golden(variant: str) -> list[Manifest]:
    """What a variant was when someone last looked at it."""
    return list(yaml.safe_load_all((GOLDEN / f"{variant}.yaml").read_text(encoding="utf-8")))


def built(variant: str) -> list[Manifest]:
    """What a variant is now, by kubectl's own kustomize."""
    assert KUBECTL is not None
    done = subprocess.run(  # noqa: S603 - our own command
        [KUBECTL, "kustomize", str(KUSTOMIZE / variant)], capture_output=True, text=True, check=True, timeout=60
    )
    return list(yaml.safe_load_all(done.stdout))


def the(kind: str, variant: str) -> Manifest:
    """The one manifest of a kind."""
    (found,) = (each for each in golden(variant) if each["kind"] == kind)
    return found


def container(variant: str) -> Manifest:
    """The bot's container."""
    (bot,) = the("Deployment", variant)["spec"]["template"]["spec"]["containers"]
    found: Manifest = bot
    return found
