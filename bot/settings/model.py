"""Every setting: a field with an alias is a variable, one without is a table of codecheck.toml.

Names and defaults are the contract; the documented tables are made from the descriptions.
"""

from typing import Annotated, get_args

from pydantic import AfterValidator, BaseModel, Field, InstanceOf, SecretStr

from bot.domain.access import AccessPolicy
from bot.domain.console import Console
from bot.domain.installation import Installation
from bot.domain.operators import Operators
from bot.domain.rules import Rules, Safeguards
from bot.domain.timings import Timings
from bot.settings import kinds
from bot.settings.checks import within
from bot.settings.codearts import AccessKey, CodeArtsSettings, CodeArtsTable, IamUser
from bot.settings.confirmation import Confirmation, SecondPersonTable
from bot.settings.people import Allow, OperatorsFrom
from bot.settings.proxies import Proxies
from bot.settings.rules import RuleTable, ask_for_something
from bot.settings.slack import SlackSettings
from bot.settings.store import StoreSettings
from bot.settings.table import Table
from bot.settings.traces import TracesSettings

__all__ = ["AccessKey", "IamUser", "Settings", "StoreSettings", "keys_of", "secrets_of", "tables_of", "variables_of"]


class Limits(Table):
    """`[limits]`: how many second confirmations are allowed per hour."""

    deletions_per_hour: Annotated[kinds.Count, within(0, 10_000, "deletions")] = Field(
        0, description="for all people together; 0 for no limit"
    )
    deletions_per_hour_per_person: Annotated[kinds.Count, within(0, 10_000, "deletions")] = Field(
        0, description="for the requests of one person; 0 for no limit"
    )


class Notify(Table):
    """`[notify]`: who is told, besides the conversation."""

    channels: tuple[kinds.ChannelId, ...] = Field((), description="IDs of channels that are told of every outcome too")


class Settings(TracesSettings, CodeArtsSettings, StoreSettings, SlackSettings):
    """Every setting."""

    operators: dict[kinds.SlackUserId, kinds.Operator] = Field(
        default_factory=dict, description="Slack user ID = operator (IAM user name)"
    )
    operators_from: OperatorsFrom = OperatorsFrom()
    allow: Allow = Allow()
    confirmation: Confirmation = Confirmation()
    rules: Annotated[tuple[RuleTable, ...], AfterValidator(ask_for_something)] = ()
    second_person: SecondPersonTable = SecondPersonTable()
    codearts: CodeArtsTable = CodeArtsTable()
    notify: Notify = Notify()
    limits: Limits = Limits()
    proxies: InstanceOf[Proxies] = Field(Proxies({}), exclude=True)  # not in codecheck.toml: see `bot.settings.proxies`

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The base URL of every web service that the bot calls."""
        iam = (self.iam_endpoint,) if isinstance(self.sign_in, IamUser) else ()
        return (self.slack_api_url, self.codearts_endpoint, *iam)

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret value, for the log's redaction."""
        return super().secrets | self.proxies.secrets | self.otlp_secrets

    @property
    def safeguards(self) -> Rules:
        """`[confirmation]`, `[[rules]]` and the old `[[confirmation.rules]]`, as the deletions use them."""
        usual = Safeguards(
            second_step=self.confirmation.second_step,
            grace=self.confirmation.grace_seconds * 1_000,
            reason=self.confirmation.reason,
            dwell=self.confirmation.dwell_seconds * 1_000,
            confirmers=self.second_person.confirmers,
            break_glass=self.second_person.break_glass,
        )
        rules = [each.rule for each in self.rules]
        return Rules(usual, (*rules, *(each.rule for each in self.confirmation.rules)))

    @property
    def timings(self) -> Timings:
        """How long requests and calls are pursued, as the deletions use it."""
        chosen = self.confirmation
        return Timings(
            ttl=chosen.ttl_seconds * 1_000,
            resume=chosen.resume_seconds * 1_000,
            verify=chosen.verify_seconds * 1_000,
        )

    def access_policy(self, installation: Installation) -> AccessPolicy:
        """Who may do what in the installation."""
        source = self.operators_from
        return AccessPolicy(
            installation=installation,
            operators=Operators(self.operators, source.email_domain, source.profile_field),
            users=self.allow.users,
            usergroups=self.allow.usergroups,
            channels=self.allow.channels,
            admins=self.allow.admins,
        )

    @property
    def console(self) -> Console:
        """Where the console shows a task."""
        return Console(self.codearts.console_url)


def variables_of(model: type[Table]) -> tuple[str, ...]:
    """The variables of the environment that `model` reads."""
    return tuple(info.alias for info in model.model_fields.values() if info.alias)


def secrets_of(model: type[Table]) -> tuple[str, ...]:
    """Those of them that are secrets."""
    return tuple(info.alias for info in model.model_fields.values() if info.alias and _is_secret(info.annotation))


def tables_of(model: type[Table]) -> tuple[str, ...]:
    """The tables of codecheck.toml that `model` reads."""
    return tuple(name for name, info in model.model_fields.items() if info.alias is None and not info.exclude)


def keys_of(*path: str) -> tuple[str, ...]:
    """The keys of a table of codecheck.toml, such as `keys_of("rules", "match")`; none for `[operators]`."""
    model: type[BaseModel] = Settings
    for name in path:
        nested = table_in(model.model_fields[name].annotation)
        if nested is None:
            return ()
        model = nested
    return tuple(model.model_fields)


def table_in(annotation: object) -> type[BaseModel] | None:
    """The table that a field is, or has a list of."""
    candidates = (annotation, *get_args(annotation))
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _is_secret(annotation: object) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))
