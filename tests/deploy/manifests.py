"""What Kubernetes is given: the kustomizations and the chart, built and as someone last looked at them.

After a change: `.venv/bin/python -m tests.deploy.manifests` writes tests/deploy/golden anew.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KUSTOMIZE, CHART = ROOT / "deploy" / "kustomize", ROOT / "deploy" / "helm"
GOLDEN = Path(__file__).parent / "golden"
CONFIG = KUSTOMIZE / "base" / "codecheck.toml"
HELM = (
    "helm",
    "template",
    "codecheck-bot",
    str(CHART),
    "--namespace",
    "codecheck-bot",
    "--kube-version",
    "1.32",
    "--set-file",
    f"config={CONFIG}",
    "--set",
    "region=cn-north-4",
)
SOCKET, HTTP = ("kustomize-base", "helm-socket"), ("kustomize-http", "helm-http")
VARIANTS = {
    "kustomize-base": ("kubectl", "kustomize", str(KUSTOMIZE / "base")),
    "kustomize-http": ("kubectl", "kustomize", str(KUSTOMIZE / "http")),
    "helm-socket": HELM,
    "helm-http": (*HELM, "--set", "http.host=codecheck.example.com"),
}

Manifest = dict[str, Any]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run helm or kubectl, which need no cluster for this."""
    found = shutil.which(command[0])
    assert found is not None
    return subprocess.run([found, *command[1:]], capture_output=True, text=True, check=False, timeout=60)


def build(*command: str) -> str:
    """The manifests that a command prints. Raises AssertionError if it fails."""
    ended = run(*command)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def parsed(text: str) -> list[Manifest]:
    """The manifests in a text, by kind: their order means nothing."""
    return sorted(yaml.safe_load_all(text), key=lambda manifest: str(manifest["kind"]))


def golden(variant: str) -> list[Manifest]:
    """What a variant was when someone last looked at it."""
    return parsed((GOLDEN / f"{variant}.yaml").read_text(encoding="utf-8"))


def the(kind: str, variant: str) -> Manifest:
    """The one manifest of a kind."""
    (found,) = (each for each in golden(variant) if each["kind"] == kind)
    return found


def container(variant: str) -> Manifest:
    """The bot's container."""
    (bot,) = the("Deployment", variant)["spec"]["template"]["spec"]["containers"]
    found: Manifest = bot
    return found


if __name__ == "__main__":
    for name, command in VARIANTS.items():
        (GOLDEN / f"{name}.yaml").write_text(build(*command), encoding="utf-8")
