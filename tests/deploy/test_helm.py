"""deploy/helm: the chart takes values that make sense, says what is wrong with others, and keeps up with the bot."""

import json
import os
import shutil

import pytest

from bot.settings import setting_rows
from tests.deploy.manifests import CHART, HELM, ROOT, Manifest, build, parsed, run

SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
SECRETS = {row.name for row in setting_rows() if not row.table and row.secret}
DIGEST = f"sha256:{'0123456789abcdef' * 4}"


@pytest.fixture(autouse=True, scope="module")
def helm() -> None:
    """These tests need it."""
    if shutil.which("helm") is None:
        assert "CODECHECK_HELM_REQUIRED" not in os.environ, "helm is missing"
        pytest.skip("helm is not installed (.ci/run gets it)")


def deployed(value: str = "", flag: str = "--set") -> dict[str, Manifest]:
    """The manifests by kind, with some values set."""
    return {each["kind"]: each for each in parsed(build(*HELM, flag, value))}


def test_helm_finds_nothing_to_complain_about() -> None:
    """Not even a warning."""
    ended = run("helm", "lint", "--strict", *HELM[3:4], *HELM[-4:])
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("repilcas=3", "'repilcas' not allowed"),
        ("replicas=0", "/replicas"),
        ("region=", "/region"),
        ("image.digest=sha256:abc", "/image/digest"),
        ("http.host=https://codecheck.example.com", "/http/host"),
        ("metrics=always", "/metrics"),
        ("networkPolicy.ports=null", "/networkPolicy"),
        ("secret.keys.REDIS_URL=null", "'REDIS_URL'"),
        ("secret.keys.SLACK_TOKEN=slack_bot_token", "'SLACK_TOKEN' not allowed"),
        ("env.HTTPS_PROXY=8080", "/env/HTTPS_PROXY"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(value: str, complaint: str) -> None:
    """And is named, before anything is installed."""
    ended = run(*HELM, "--set", value)
    assert ended.returncode != 0
    assert complaint in ended.stderr


def test_region_and_settings_must_be_given() -> None:
    """Nobody can guess them, and an empty file says nothing."""
    ended = run("helm", "template", str(CHART))
    assert ended.returncode != 0
    assert "missing properties 'config', 'region'" in ended.stderr
    assert "/config" in run(*HELM, "--set-file", "config=/dev/null").stderr


def test_no_secret_can_be_written_among_the_values() -> None:
    """Each comes from a file of the Secret; and no variable is set twice, which Kubernetes would refuse."""
    keys, env = SCHEMA["properties"]["secret"]["properties"]["keys"], SCHEMA["properties"]["env"]
    assert set(keys["properties"]) == SECRETS
    assert keys["additionalProperties"] is False
    set_by_chart = {each["name"] for each in _container(deployed())["env"]}
    refused = {name for name, schema in env["properties"].items() if schema is False}
    assert refused > SECRETS
    set_by_image = {"CODECHECK_DATA_DIR", "HOST", "PORT"}
    assert {name for name in set_by_chart if not name.endswith("_FILE")} | set_by_image < refused
    assert run(*HELM, "--set", "env.SLACK_BOT_TOKEN=xoxb-1").returncode != 0
    assert run(*HELM, "--set", "env.SLACK_BOT_TOKEN_FILE=/tmp/x").returncode != 0


def test_an_iam_user_can_take_the_place_of_the_keys() -> None:
    """As values.yaml says."""
    keys = (
        "secret.keys.HUAWEICLOUD_SDK_AK=null,secret.keys.HUAWEICLOUD_SDK_SK=null,secret.keys.CODEARTS_IAM_PASSWORD=pw"
    )
    found = {each["name"]: each["value"] for each in _container(deployed(f"{keys},env.CODEARTS_IAM_USER=bot"))["env"]}
    assert found["CODEARTS_IAM_PASSWORD_FILE"] == "/run/secrets/codecheck/pw"
    assert found["CODEARTS_IAM_USER"] == "bot"
    assert not [name for name in found if "SDK" in name]


def test_a_digest_counts_more_than_a_tag() -> None:
    """A tag can be moved."""
    found = _container(
        deployed(f"image.digest={DIGEST},image.repository=registry.example.com/codecheck-bot,image.tag=v1")
    )
    assert found["image"] == f"registry.example.com/codecheck-bot@{DIGEST}"


def test_metrics_are_found_in_one_way() -> None:
    """Twice would count everything twice."""
    found = deployed("metrics=serviceMonitor")
    assert not [each for each in _annotations(found) if each.startswith("prometheus.io")]
    monitor = found["ServiceMonitor"]["spec"]
    assert monitor["selector"]["matchLabels"].items() <= found["Service"]["metadata"]["labels"].items()
    assert monitor["endpoints"] == [{"port": found["Service"]["spec"]["ports"][0]["name"], "path": "/metrics"}]
    assert _annotations(deployed("metrics=none")).keys() == {"checksum/config"}


def test_other_settings_mean_other_pods() -> None:
    """The bot reads codecheck.toml only when it starts."""
    other = deployed(f"config={ROOT / 'pyproject.toml'}", "--set-file")
    assert _annotations(other)["checksum/config"] != _annotations(deployed())["checksum/config"]


def _container(found: dict[str, Manifest]) -> Manifest:
    bot: Manifest = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return bot


def _annotations(found: dict[str, Manifest]) -> dict[str, str]:
    annotations: dict[str, str] = found["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    return annotations
