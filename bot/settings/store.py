"""Where the bot keeps what it must not forget. Commands that need nothing but Redis read these settings only."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from bot.settings import kinds
from bot.settings.checks import within
from bot.settings.table import Computed, Table


class RedisTable(Table):
    """`[redis]`: how safely confirmations are kept."""

    wait_replicas: Annotated[kinds.Count, within(0, 10, "replicas")] = Field(
        0, description="how many replicas must hold a second confirmation or a cancellation; 0 to 10"
    )


class RecordTable(Table):
    """`[record]`: how long the audit log is kept."""

    retention_days: Annotated[kinds.Count, within(0, 36_500, "days")] = Field(
        400, description="how many days an event of the audit log is kept; 0 keeps everything"
    )


class StoreSettings(Table):
    """Where Redis is, and how the process logs."""

    redis_url: Annotated[kinds.RedisUrl | None, Computed("the embedded server in `CODECHECK_DATA_DIR`")] = Field(
        None,
        alias="REDIS_URL",
        description="`redis://`, `unix://`, `redis+sentinel://host1,host2/service/0` or `redis+cluster://host1,host2`; "
        "with `rediss` over TLS",
    )
    data_dir: Annotated[Path, Computed("the user's data folder")] = Field(
        alias="CODECHECK_DATA_DIR", description="folder in which the embedded server keeps its data"
    )
    redis_prefix: kinds.KeyPrefix = Field(
        "codecheck", alias="CODECHECK_REDIS_PREFIX", description="what every key begins with"
    )
    config: Annotated[Path | None, Computed("`codecheck.toml`, if it exists")] = Field(
        None, alias="CODECHECK_CONFIG", description="path of the TOML file"
    )
    log: Annotated[Literal["console", "json"] | None, Computed("`console` on a terminal, otherwise `json`")] = Field(
        None, alias="CODECHECK_LOG", description="how the log is written: `console` or `json`"
    )
    record: RecordTable = RecordTable()
    redis: RedisTable = RedisTable()

    @property
    def secrets(self) -> frozenset[str]:
        """Every secret value, for the log's redaction."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return frozenset(value.get_secret_value() for value in values if isinstance(value, SecretStr))
