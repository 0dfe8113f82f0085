"""What there is to set. Names and defaults are the contract; the README's tables are held against the descriptions."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from bot.domain import confirmation as domain
from bot.domain.next_step import Timings
from bot.settings import checks, kinds
from bot.settings.checks import within

_STRICT = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Computed:
    """A default that is computed, in words."""

    words: str


class Allow(BaseModel):
    """`[allow]`: an empty list allows everyone who has an operator."""

    model_config = _STRICT

    users: frozenset[kinds.SlackUserId] = Field(frozenset(), description="IDs of the users who may ask")
    usergroups: frozenset[kinds.UsergroupId] = Field(
        frozenset(), description="IDs of user groups whose members may ask as well as `users`"
    )
    channels: frozenset[kinds.ChannelId] = Field(frozenset(), description="IDs of the channels where they may ask")
    admins: frozenset[kinds.SlackUserId] = Field(
        frozenset(), description="IDs of the users who may freeze; they are told of bursts"
    )


class OperatorsFrom(BaseModel):
    """`[operators_from]`: for those whom `[operators]` does not list."""

    model_config = _STRICT

    email_domain: kinds.EmailDomain = Field(
        "", description="`example.com`: alice@example.com has the operator alice, where Slack has the address confirmed"
    )
    profile_field: kinds.ProfileField = Field(
        "",
        description="the ID of a custom field of Slack profiles that holds the operator; "
        "take one that people cannot edit themselves",
    )


class ConfirmationRule(BaseModel):
    """`[[confirmation.rules]]`: other safeguards for some channels; what it leaves out is as everywhere."""

    model_config = _STRICT

    channels: Annotated[frozenset[kinds.ChannelId], AfterValidator(checks.not_empty)] = Field(
        frozenset(), validate_default=True, description="IDs of the channels where it holds"
    )
    second_step: kinds.SecondStep | None = Field(None, description="how the second confirmation is given there")
    grace_seconds: kinds.Grace | None = Field(None, description="time to stop it there")

    @property
    def in_domain(self) -> domain.Rule:
        """As the deletions use it."""
        return domain.Rule(
            self.channels, self.second_step, None if self.grace_seconds is None else self.grace_seconds * 1_000
        )


def _one_rule_a_channel(rules: tuple[ConfirmationRule, ...]) -> tuple[ConfirmationRule, ...]:
    channels = [channel for rule in rules for channel in rule.channels]
    if len(set(channels)) < len(channels):
        raise checks.refusal("names a channel in two rules", "Leave each channel in one of them.")
    return rules


class Confirmation(BaseModel):
    """`[confirmation]`: how sure, and for how long."""

    model_config = _STRICT

    ttl_seconds: Annotated[kinds.Seconds, within(1, 1800, "seconds")] = Field(
        300, description="from the request to the second confirmation; 1 to 1800 (a response_url lives no longer)"
    )
    second_step: kinds.SecondStep = Field(
        domain.SecondStep.BUTTON,
        description="how the second confirmation is given: `button`, `typed` (the task's ID has to be typed) or "
        "`second_person` (somebody else who may ask has to confirm)",
    )
    grace_seconds: kinds.Grace = Field(0, description="time to stop it after the second confirmation; 0 (none) to 600")
    resume_seconds: Annotated[kinds.Seconds, within(0, 3600, "seconds")] = Field(
        300,
        description="how long after its confirmation an interrupted call may be sent again; 0 (never) to 3600",
    )
    verify_seconds: Annotated[kinds.Seconds, within(1, 3600, "seconds")] = Field(
        300, description="how long an uncertain outcome is looked into; 1 to 3600"
    )
    rules: Annotated[tuple[ConfirmationRule, ...], AfterValidator(_one_rule_a_channel)] = Field(
        (),
        description="`[[confirmation.rules]]` with `channels`, and `second_step`, `grace_seconds` or both: "
        "what holds in those channels instead; a channel stands in one rule at most",
    )

    @property
    def in_domain(self) -> domain.Confirmation:
        """The safeguards as the deletions use them."""
        usual = domain.Safeguards(self.second_step, self.grace_seconds * 1_000)
        return domain.Confirmation(usual, tuple(rule.in_domain for rule in self.rules))


class LimitsTable(BaseModel):
    """`[limits]`: how many second confirmations an hour takes."""

    model_config = _STRICT

    deletions_per_hour: Annotated[int, Field(strict=True), within(0, 10_000, "deletions")] = Field(
        0, description="by everybody together; 0 for no limit"
    )
    deletions_per_hour_per_person: Annotated[int, Field(strict=True), within(0, 10_000, "deletions")] = Field(
        0, description="of one person's requests; 0 for no limit"
    )


class RecordTable(BaseModel):
    """`[record]`: how long what has happened is kept."""

    model_config = _STRICT

    retention_days: Annotated[int, Field(strict=True), within(0, 36_500, "days")] = Field(
        0, description="how long an entry of the record is kept; 0 keeps everything"
    )


class Notify(BaseModel):
    """`[notify]`: who is told besides the conversation."""

    model_config = _STRICT

    channels: tuple[kinds.ChannelId, ...] = Field((), description="IDs of channels told of every outcome as well")


class Redis(BaseModel):
    """`[redis]`: how safely what people did is kept."""

    model_config = _STRICT

    wait_replicas: Annotated[int, Field(strict=True), within(0, 10, "replicas")] = Field(
        0, description="replicas that must hold a second confirmation or a cancel; 0 to 10"
    )


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Signing in to CodeArts Check with AK/SK; `security_token` comes with temporary keys."""

    ak: SecretStr
    sk: SecretStr
    security_token: SecretStr | None
    project_id: str | None


@dataclass(frozen=True, slots=True)
class IamUser:
    """Signing in to CodeArts Check with IAM's token; without `project_id` its scope is the region's own project."""

    name: str
    password: SecretStr
    domain: str
    project_id: str | None


def _in_region(service: str) -> Callable[[dict[str, object]], str]:
    """The region's own host; some regions' tasks are served through another's, so the host can be set by itself."""
    return lambda given: f"https://{service}.{given['codearts_region']}.myhuaweicloud.com"


class Settings(BaseModel):
    """Every setting: a field with an alias is a variable, one without is a table of codecheck.toml."""

    model_config = _STRICT

    slack_bot_token: kinds.BotToken = Field(alias="SLACK_BOT_TOKEN", description="xoxb token")
    slack_signing_secret: kinds.SigningSecret | None = Field(
        None, alias="SLACK_SIGNING_SECRET", description="checks requests in HTTP mode; required without an app token"
    )
    slack_app_token: kinds.AppToken | None = Field(None, alias="SLACK_APP_TOKEN", description="xapp token: Socket Mode")
    slack_api_url: kinds.SlackApiUrl = Field(
        "https://slack.com/api/", alias="SLACK_API_URL", description="base of the Web API (GovSlack, stand-ins)"
    )
    host: kinds.ListeningHost = Field("127.0.0.1", alias="HOST", description="address where HTTP listens")
    port: kinds.Port = Field(3000, alias="PORT", description="port where HTTP listens; 0 takes a free one")

    redis_url: Annotated[kinds.RedisUrl | None, Computed("the embedded server in `CODECHECK_DATA_DIR`")] = Field(
        None,
        alias="REDIS_URL",
        description="`redis://`, `rediss://`, `unix://` or `redis+sentinel://host1,host2/service/db`",
    )
    data_dir: Annotated[Path, Computed("the user's data folder")] = Field(
        alias="CODECHECK_DATA_DIR", description="where the embedded server keeps its data"
    )
    redis_prefix: kinds.KeyPrefix = Field(
        "codecheck", alias="CODECHECK_REDIS_PREFIX", description="first part of every key"
    )
    config: Annotated[Path | None, Computed("`codecheck.toml` if there")] = Field(
        None, alias="CODECHECK_CONFIG", description="path of the TOML file"
    )
    log: Annotated[Literal["console", "json"] | None, Computed("`console` on a terminal, else `json`")] = Field(
        None, alias="CODECHECK_LOG", description="`console` or `json`"
    )

    codearts_region: kinds.Region = Field("cn-north-4", alias="CODEARTS_REGION", description="region of CodeArts Check")
    codearts_endpoint: Annotated[kinds.BaseUrl, Computed("from the region")] = Field(
        default_factory=_in_region("codearts-check"),
        alias="CODEARTS_ENDPOINT",
        description="base URL of CodeArts Check",
    )
    iam_endpoint: Annotated[kinds.BaseUrl, Computed("from the region")] = Field(
        default_factory=_in_region("iam"), alias="HUAWEICLOUD_SDK_IAM_ENDPOINT", description="base URL of IAM"
    )
    ak: kinds.HeaderSecret | None = Field(
        None, alias="HUAWEICLOUD_SDK_AK", description="access key: requests are signed"
    )
    sk: kinds.HeaderSecret | None = Field(None, alias="HUAWEICLOUD_SDK_SK", description="secret key")
    security_token: kinds.HeaderSecret | None = Field(
        None, alias="HUAWEICLOUD_SDK_SECURITY_TOKEN", description="comes with temporary access keys"
    )
    project_id: kinds.ProjectId | None = Field(None, alias="HUAWEICLOUD_SDK_PROJECT_ID", description="IAM project ID")
    iam_user: kinds.PlainText | None = Field(
        None, alias="CODEARTS_IAM_USER", description="IAM user name: signing in by token, in place of an access key"
    )
    iam_password: SecretStr | None = Field(None, alias="CODEARTS_IAM_PASSWORD", description="the IAM user's password")
    iam_domain: kinds.PlainText | None = Field(
        None, alias="CODEARTS_IAM_DOMAIN", description="the account that the IAM user belongs to"
    )

    operators: dict[kinds.SlackUserId, kinds.Operator] = Field(
        default_factory=dict, description="Slack user ID -> operator (IAM user name)"
    )
    operators_from: OperatorsFrom = OperatorsFrom()
    allow: Allow = Allow()
    confirmation: Confirmation = Confirmation()
    notify: Notify = Notify()
    limits: LimitsTable = LimitsTable()
    record: RecordTable = RecordTable()
    redis: Redis = Redis()

    @property
    def socket_mode(self) -> bool:
        """True where Slack is met over Socket Mode rather than HTTP."""
        return self.slack_app_token is not None

    @property
    def sign_in(self) -> AccessKey | IamUser:
        """How to sign in to CodeArts Check; `requirements` has seen to it that it is exactly one way."""
        if self.ak is not None and self.sk is not None:
            return AccessKey(self.ak, self.sk, self.security_token, self.project_id)
        if self.iam_user is None or self.iam_password is None or self.iam_domain is None:
            raise ValueError("no way of signing in to CodeArts Check is set")
        return IamUser(self.iam_user, self.iam_password, self.iam_domain, self.project_id)

    @property
    def timings(self) -> Timings:
        """`[confirmation]` as the deletions use it."""
        chosen = self.confirmation
        return Timings(
            ttl=chosen.ttl_seconds * 1_000,
            resume=chosen.resume_seconds * 1_000,
            verify=chosen.verify_seconds * 1_000,
        )

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret value, for the log's redaction."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return frozenset(value.get_secret_value() for value in values if isinstance(value, SecretStr))


VARIABLES = tuple(info.alias for info in Settings.model_fields.values() if info.alias)
TABLES = tuple(name for name, info in Settings.model_fields.items() if info.alias is None)


def keys_of(table: str) -> tuple[str, ...]:
    """The keys of a table of codecheck.toml; none for `[operators]`, whose keys are people."""
    model = Settings.model_fields[table].annotation
    return tuple(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else ()
