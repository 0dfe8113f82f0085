"""deploy/kustomize and deploy/helm: what a cluster is given, held to Kubernetes' schemas and to what makes it safe."""

import os
import shutil
import tomllib
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from bot.settings import load_settings
from tests.deploy.environments import ENVIRONMENT_NAMES, with_secrets
from tests.deploy.manifests import (
    CHART,
    CONFIG,
    HTTP,
    KUSTOMIZE,
    ROOT,
    SOCKET,
    VARIANTS,
    build,
    container,
    golden,
    parsed,
    the,
)

each_variant = pytest.mark.parametrize("variant", VARIANTS)


@each_variant
def test_what_is_built_is_what_was_looked_at(variant: str) -> None:
    """So that a change of a template or a base shows in what every cluster gets."""
    tool = VARIANTS[variant][0]
    if shutil.which(tool) is None:
        assert f"CODECHECK_{tool.upper()}_REQUIRED" not in os.environ, f"{tool} is missing"
        pytest.skip(f"{tool} is not installed (.ci/run gets it)")
    assert parsed(build(*VARIANTS[variant])) == golden(variant)


@each_variant
def test_kubernetes_takes_every_manifest(variant: str) -> None:
    """By the schemas of the API, strictly: an unknown field is an error."""
    for manifest in golden(variant):
        kubernetes_validate.validate(manifest, "1.32", strict=True)


@each_variant
def test_the_container_can_do_as_little_as_possible(variant: str) -> None:
    """No root, no capability, no write outside its memory, no token of Kubernetes."""
    pod = the("Deployment", variant)["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == 10001  # the image's
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container(variant)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_the_namespace_takes_no_pod_that_can_do_more() -> None:
    """Kustomize makes the namespace; with Helm it is made before, and docs/deployment.md says how."""
    labels = the("Namespace", "kustomize-base")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@each_variant
def test_an_update_never_leaves_nobody_at_work(variant: str) -> None:
    """Two replicas, one more before one goes, time to finish, and a budget for drained nodes."""
    deployment = the("Deployment", variant)["spec"]
    assert deployment["replicas"] == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert deployment["template"]["spec"]["terminationGracePeriodSeconds"] == 30
    budget = the("PodDisruptionBudget", variant)["spec"]
    assert budget["maxUnavailable"] == 1  # at least one would keep a single replica's node from ever being drained
    labels = deployment["template"]["metadata"]["labels"]
    service = {"matchLabels": the("Service", variant)["spec"]["selector"]}
    for selector in (budget["selector"], deployment["selector"], service):
        assert selector["matchLabels"].items() <= labels.items()
        assert selector["matchLabels"]


@each_variant
def test_each_probe_asks_the_right_question(variant: str) -> None:
    """A restart does not mend Redis or Slack, so only the readiness asks for them."""
    bot = container(variant)
    assert bot["livenessProbe"]["httpGet"]["path"] == bot["startupProbe"]["httpGet"]["path"] == "/healthz"
    assert bot["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert bot["readinessProbe"]["timeoutSeconds"] > 2  # a probe of the bot's own may take that long


@each_variant
def test_the_network_policy_covers_the_pods(variant: str) -> None:
    """Both ways, and nothing comes in that is not named."""
    policy = the("NetworkPolicy", variant)["spec"]
    assert policy["podSelector"]["matchLabels"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert all(rule["from"] for rule in policy["ingress"])


@pytest.mark.parametrize("variant", HTTP)
def test_slack_reaches_one_path_only(variant: str) -> None:
    """Metrics and health are not for the internet."""
    (rule,) = the("Ingress", variant)["spec"]["rules"]
    assert [(path["path"], path["pathType"]) for path in rule["http"]["paths"]] == [("/slack/events", "Exact")]


@each_variant
def test_the_bot_starts_with_these_settings(variant: str, tmp_path: Path) -> None:
    """Every variable is one that it reads, and its codecheck.toml has no fault."""
    environment = {each["name"]: each["value"] for each in container(variant)["env"]}
    assert set(environment) <= ENVIRONMENT_NAMES
    environment["CODECHECK_CONFIG"] = str(CONFIG)
    settings = load_settings(with_secrets(environment, tmp_path), tmp_path)
    assert settings.socket_mode is (variant in SOCKET)
    assert settings.redis_url is not None


def test_versions_agree() -> None:
    """A release changes all of them: docs/deployment.md."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    kustomization = yaml.safe_load((KUSTOMIZE / "base/kustomization.yaml").read_text(encoding="utf-8"))
    assert chart["version"] == chart["appVersion"] == kustomization["images"][0]["newTag"] == version
