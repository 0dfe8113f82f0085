"""What is read, from where, and that all faults come at once."""

from pathlib import Path

import pytest

from bot.domain.approval_wait import SecondPerson
from bot.domain.rules import Match, ReasonPolicy, Rule, Safeguards
from bot.domain.timings import Timings
from bot.settings import AccessKey, IamUser, Settings, SettingsError, load_settings, load_store_settings, notices_of
from bot.settings.model import secrets_of, variables_of
from tests.settings.examples import BY_KEY, BY_USER, CONTRACT, ENOUGH, HTTP, SOCKET, faults

VARIABLES = variables_of(Settings)


def test_the_least_that_serves_has_the_defaults_of_the_contract(tmp_path: Path) -> None:
    """A bot token, a signing secret and a way of signing in are enough."""
    settings = load_settings(ENOUGH | {"HOME": "/home/codecheck"}, tmp_path)
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1-a"
    assert not settings.socket_mode
    assert settings.slack_api_url == "https://slack.com/api/"
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)
    assert settings.redis_url is None
    assert settings.data_dir == Path("/home/codecheck/.local/share/codecheck-bot")
    assert settings.redis_prefix == "codecheck"
    assert (settings.config, settings.log) == (None, None)
    assert settings.codearts_region == "cn-north-4"
    assert settings.codearts_endpoint == "https://codearts-check.cn-north-4.myhuaweicloud.com"
    assert settings.iam_endpoint == "https://iam.cn-north-4.myhuaweicloud.com"
    assert settings.operators == {}
    assert settings.allow.users == settings.allow.channels == frozenset()
    assert settings.notify.channels == ()
    assert settings.redis.wait_replicas == 0
    assert settings.timings == Timings(ttl=300_000, resume=300_000, verify=300_000)
    assert settings.safeguards.usual == Safeguards(reason=ReasonPolicy.OPTIONAL, dwell=2_000)
    assert settings.safeguards.rules == ()
    assert settings.second_person.in_domain == SecondPerson(ttl=28_800_000, reminders=(900_000, 3_600_000))
    assert settings.console.link("t", "p") == ""
    assert settings.codearts.projects == ()
    assert notices_of(settings) == ()


def test_every_key_of_codecheck_toml_is_read(tmp_path: Path) -> None:
    """The file of the contract, with other values than the defaults."""
    (tmp_path / "codecheck.toml").write_text(CONTRACT, encoding="utf-8")
    settings = load_settings(ENOUGH | {"REDIS_URL": "redis://localhost"}, tmp_path)
    assert settings.config == tmp_path / "codecheck.toml"
    assert settings.operators == {"U01ALICE": "alice", "W02BOB": "Bob B."}
    assert settings.allow.users == {"U01ALICE"}
    assert settings.allow.channels == {"C01", "D01", "G01"}
    assert settings.timings == Timings(ttl=60_000, resume=120_000, verify=90_000)
    assert settings.safeguards.rules == (
        Rule(
            Match(
                channels=("C02", "D*"),
                projects=("pay*",),
                repositories=("*/pay",),
                names=("release-*",),
                tasks=("a*",),
            ),
            Safeguards(
                second_step="second_person",
                grace=604_800_000,
                reason=ReasonPolicy.REQUIRED,
                warnings=("Release gate: ask the quality team first.",),
            ),
        ),
        Rule(Match(channels=("C02",)), Safeguards(second_step="second_person", grace=30_000)),
    )
    assert settings.safeguards.usual.confirmers == 2
    assert settings.second_person.in_domain == SecondPerson(
        ttl=28_800_000, ask=("S0QUALITY", "U01ALICE"), reminders=(900_000, 3_600_000)
    )
    assert settings.codearts.projects == ("0f3a",)
    assert settings.console.link("a/b", "0f3a") == "https://console.example.com/0f3a/a%2Fb"
    assert settings.notify.channels == ("C09",)
    assert settings.redis.wait_replicas == 1


def test_the_endpoints_follow_the_region_unless_they_are_set(tmp_path: Path) -> None:
    """The host and the region are separate: some regions' tasks are served by another region's host."""
    region = ENOUGH | {"CODEARTS_REGION": "cn-south-1"}
    settings = load_settings(region, tmp_path)
    assert settings.codearts_endpoint == "https://codearts-check.cn-south-1.myhuaweicloud.com"
    assert settings.iam_endpoint == "https://iam.cn-south-1.myhuaweicloud.com"
    elsewhere = {
        "CODEARTS_ENDPOINT": "https://check.example.com/",
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": "http://127.0.0.1:9",
    }
    settings = load_settings(region | elsewhere, tmp_path)
    assert settings.codearts_endpoint == "https://check.example.com"
    assert settings.iam_endpoint == "http://127.0.0.1:9"


def test_the_two_ways_of_signing_in(tmp_path: Path) -> None:
    """Each comes as a value of its own."""
    by_key = load_settings(HTTP | BY_KEY | {"HUAWEICLOUD_SDK_SECURITY_TOKEN": "ST"}, tmp_path).sign_in
    assert isinstance(by_key, AccessKey)
    assert by_key.security_token is not None
    assert [secret.get_secret_value() for secret in (by_key.ak, by_key.sk, by_key.security_token)] == [
        "AK0123",
        "SK0123",
        "ST",
    ]
    by_user = load_settings(HTTP | BY_USER | {"HUAWEICLOUD_SDK_PROJECT_ID": "0f3a"}, tmp_path).sign_in
    assert isinstance(by_user, IamUser)
    assert (by_user.name, by_user.domain, by_user.project_id) == ("bot", "acme", "0f3a")
    assert by_user.password.get_secret_value() == "pass word é"


def test_an_app_token_means_socket_mode_and_needs_no_signing_secret(tmp_path: Path) -> None:
    """Both may be given; the app token decides."""
    assert load_settings(SOCKET | BY_KEY, tmp_path).socket_mode
    assert load_settings(SOCKET | HTTP | BY_KEY, tmp_path).socket_mode


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    """Compose files and Helm charts pass empty ones on."""
    empty = dict.fromkeys([*VARIABLES, *(f"{name}_FILE" for name in secrets_of(Settings))], "")
    assert load_settings(empty | ENOUGH, tmp_path) == load_settings(ENOUGH, tmp_path)


def test_other_variables_are_none_of_its_business(tmp_path: Path) -> None:
    """Neither a table's name nor anything else of the environment becomes a setting."""
    others = {"operators": '{"U01": "x"}', "allow": "x", "CODECHECK_SERVICE_HOST": "10.0.0.1", "slack_bot_token": "x"}
    assert load_settings(ENOUGH | others, tmp_path) == load_settings(ENOUGH, tmp_path)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"CODECHECK_DATA_DIR": "/data", "XDG_DATA_HOME": "/xdg", "HOME": "/h"}, "/data"),
        ({"XDG_DATA_HOME": "/xdg", "HOME": "/h"}, "/xdg/codecheck-bot"),
        ({"HOME": "/h"}, "/h/.local/share/codecheck-bot"),
        ({}, "/var/lib/codecheck-bot"),
        ({"CODECHECK_DATA_DIR": "here"}, "/cwd/here"),
        ({"XDG_DATA_HOME": "relative", "HOME": "/h"}, "/h/.local/share/codecheck-bot"),
        ({"HOME": "relative"}, "/var/lib/codecheck-bot"),
        ({"CODECHECK_DATA_DIR": "/data/\udcff"}, "/data/\udcff"),
    ],
)
def test_where_the_embedded_server_keeps_its_data(environ: dict[str, str], folder: str) -> None:
    """The folder named, else the user's data folder, else the system's."""
    assert load_settings(ENOUGH | environ, Path("/cwd")).data_dir == Path(folder)


def test_a_named_config_is_read_from_where_it_is(tmp_path: Path) -> None:
    """`CODECHECK_CONFIG` takes the place of codecheck.toml."""
    (tmp_path / "codecheck.toml").write_text("no TOML at all", encoding="utf-8")
    (tmp_path / "other.toml").write_text('\ufeff[operators]\nU01ALICE = "alice"\n', encoding="utf-8")
    assert load_settings(ENOUGH | {"CODECHECK_CONFIG": "other.toml"}, tmp_path).operators == {"U01ALICE": "alice"}


def test_settings_are_frozen(tmp_path: Path) -> None:
    """Nothing changes them after they were checked."""
    settings = load_settings(ENOUGH, tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # that is the point
    with pytest.raises(ValueError, match="frozen"):
        settings.confirmation.ttl_seconds = 1  # type: ignore[misc]  # the same


def test_all_faults_are_listed_at_once(tmp_path: Path) -> None:
    """The environment's, the files' and the TOML's, a syntax error among them."""
    (tmp_path / "codecheck.toml").write_text("[operators\n", encoding="utf-8")
    told = faults({"SLACK_APP_TOKEN_FILE": "nowhere", "PORT": "high", "CODEARTS_IAM_USER": "bot"}, tmp_path)
    assert [fault.where for fault in told] == [
        "SLACK_APP_TOKEN_FILE",
        "codecheck.toml",
        "SLACK_BOT_TOKEN",
        "CodeArts Check sign-in",
        "PORT",
    ]
    assert all("\n" not in str(fault) and str(fault).endswith(".") for fault in told)


def test_the_error_reads_as_one_line_for_each_fault(tmp_path: Path) -> None:
    """Where, what, and what to do."""
    with pytest.raises(SettingsError) as caught:
        load_settings(ENOUGH | {"PORT": "high", "CODEARTS_REGION": "?"}, tmp_path)
    assert str(caught.value) == (
        "PORT is not a whole number. Write digits only; in the TOML file without quotes.\n"
        "CODEARTS_REGION is not a region. Write it as cn-north-4."
    )


WRONG = "s3cret-value"


@pytest.mark.parametrize("name", [name for name in VARIABLES if name != "CODECHECK_CONFIG"])
def test_no_value_of_a_variable_is_echoed(name: str, tmp_path: Path) -> None:
    """A secret in the wrong variable is a secret still."""
    broken = f"{WRONG}\n://{WRONG} xoxb-"
    with pytest.raises(SettingsError) as caught:
        load_settings(ENOUGH | {name: broken, "PORT": "x"}, tmp_path)
    assert WRONG not in str(caught.value)
    assert WRONG not in repr(caught.value.faults)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_no_secret_is_in_a_repr(tmp_path: Path) -> None:
    """Settings end up in tracebacks and debuggers."""
    settings = load_settings(ENOUGH | SOCKET | {"REDIS_URL": "redis://:hunter22@h"}, tmp_path)
    shown = f"{settings!r} {settings} {settings.sign_in!r}"
    assert settings.secrets == {*ENOUGH.values(), *SOCKET.values(), "redis://:hunter22@h"}
    assert not [secret for secret in settings.secrets if secret in shown]


def test_a_wrong_region_brings_no_faults_of_what_follows_from_it(tmp_path: Path) -> None:
    """The endpoints are computed from it, and are not at fault."""
    assert len(faults(ENOUGH | {"CODEARTS_REGION": "?"}, tmp_path)) == 1


@pytest.mark.parametrize("name", ["HOST", "CODEARTS_IAM_USER", "CODEARTS_IAM_PASSWORD", "SLACK_BOT_TOKEN", "REDIS_URL"])
def test_bytes_that_are_not_utf_8_are_a_fault_and_never_a_traceback(name: str, tmp_path: Path) -> None:
    """Python hands such bytes over as lone surrogates."""
    environ = {"SLACK_BOT_TOKEN": "xoxb-1-a", "SLACK_SIGNING_SECRET": "s"} | (BY_USER if "IAM" in name else BY_KEY)
    (fault,) = faults(environ | {name: "a\udcff"}, tmp_path)
    assert fault.where == name
    str(fault).encode()


def test_the_store_is_all_that_a_command_without_slack_needs(tmp_path: Path) -> None:
    """Slack, CodeArts Check and the rest of codecheck.toml may be missing or wrong."""
    (tmp_path / "codecheck.toml").write_text("[record]\nretention_days = 30\n[allow]\nusers = 5\n[zzz]\n", "utf-8")
    settings = load_store_settings({"REDIS_URL": "redis://h", "PORT": "x", "SLACK_BOT_TOKEN": "?"}, tmp_path)
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == "redis://h"
    assert settings.record.retention_days == 30
    assert settings.secrets == {"redis://h"}


@pytest.mark.parametrize(
    ("environ", "toml", "where"),
    [
        ({"REDIS_URL": "http://h"}, "", "REDIS_URL"),
        ({"REDIS_URL_FILE": "nowhere"}, "", "REDIS_URL_FILE"),
        ({}, "[record]\nretention_days = -1", "codecheck.toml: [record] retention_days"),
        ({}, "[record", "codecheck.toml"),
    ],
)
def test_what_is_wrong_with_the_store_is_a_fault_there_too(
    environ: dict[str, str], toml: str, where: str, tmp_path: Path
) -> None:
    """An audit of the wrong Redis, or by the wrong retention, would be worse than none."""
    (tmp_path / "codecheck.toml").write_text(toml, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_store_settings(environ, tmp_path)
    assert [fault.where for fault in caught.value.faults] == [where]


PROXY = "http://user:s3cret-value@proxy.example.com:3128"


def test_proxies_are_read_once_and_their_password_is_a_secret(tmp_path: Path) -> None:
    """For each host what the environment says; no table of codecheck.toml sets them."""
    settings = load_settings(ENOUGH | {"HTTPS_PROXY": PROXY, "NO_PROXY": ".slack.com,slack.com"}, tmp_path)
    assert settings.proxies.proxy_for(settings.codearts_endpoint) == PROXY
    assert settings.proxies.proxy_for(settings.slack_api_url) is None
    assert "s3cret-value" in settings.secrets
    assert "s3cret-value" not in repr(settings)
    (tmp_path / "codecheck.toml").write_text("[proxies]\n", encoding="utf-8")
    assert [fault.what for fault in faults(ENOUGH, tmp_path)] == ["is not a setting"]


@pytest.mark.parametrize(
    ("environ", "where"),
    [
        ({"ALL_PROXY": "socks5://127.0.0.1:1080"}, "ALL_PROXY"),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "[::1"}, "NO_PROXY"),
        ({"SSL_CERT_FILE": "/nowhere.pem"}, "SSL_CERT_FILE"),
    ],
)
def test_a_proxy_or_a_certificate_that_cannot_be_used_is_a_fault_at_the_start(
    environ: dict[str, str], where: str, tmp_path: Path
) -> None:
    """Not a traceback later, and not a network that seems to be down."""
    (told,) = faults(ENOUGH | environ, tmp_path)
    assert told.where == where
    assert "s3cret-value" not in str(told)


def test_a_proxy_that_no_service_needs_is_no_fault(tmp_path: Path) -> None:
    """Everything is on this machine, as in the sandbox."""
    here = {"SLACK_API_URL": "http://127.0.0.1:1/", "CODEARTS_ENDPOINT": "http://127.0.0.1:2"}
    settings = load_settings(ENOUGH | here | {"ALL_PROXY": "socks5://127.0.0.1:1080"}, tmp_path)
    assert settings.proxies.proxy_for(settings.slack_api_url) is None
