"""The variables of CodeArts Check and IAM, and `[codearts]`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, SecretStr

from bot.settings import kinds
from bot.settings.table import Computed, Table


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Signing in to CodeArts Check with AK and SK; `security_token` comes with temporary keys."""

    ak: SecretStr
    sk: SecretStr
    security_token: SecretStr | None
    project_id: str | None


@dataclass(frozen=True, slots=True)
class IamUser:
    """Signing in to CodeArts Check with a token of IAM; without `project_id` its scope is the region's own project."""

    name: str
    password: SecretStr
    domain: str
    project_id: str | None


class CodeArtsTable(Table):
    """`[codearts]`: where tasks are looked for, and shown."""

    projects: tuple[kinds.CodeArtsProjectId, ...] = Field(
        (), description="IDs of the CodeArts projects in which a task is looked for by its name or half its ID"
    )
    console_url: kinds.ConsoleUrl = Field(
        "",
        description="link to a task's page, with `{project_id}` and `{task_id}` where they go; without it there are "
        "no links",
    )


def _in_region(service: str) -> Callable[[dict[str, object]], str]:
    """The region's own host. Some regions' tasks are served by another region's host, so it can be set as well."""
    return lambda given: f"https://{service}.{given['codearts_region']}.myhuaweicloud.com"


class CodeArtsSettings(Table):
    """How the bot connects to CodeArts Check."""

    codearts_region: kinds.Region = Field("cn-north-4", alias="CODEARTS_REGION", description="region of CodeArts Check")
    codearts_endpoint: Annotated[kinds.BaseUrl, Computed("the region's")] = Field(
        default_factory=_in_region("codearts-check"),
        alias="CODEARTS_ENDPOINT",
        description="base URL of CodeArts Check",
    )
    iam_endpoint: Annotated[kinds.BaseUrl, Computed("the region's")] = Field(
        default_factory=_in_region("iam"), alias="HUAWEICLOUD_SDK_IAM_ENDPOINT", description="base URL of IAM"
    )
    ak: kinds.HeaderSecret | None = Field(
        None, alias="HUAWEICLOUD_SDK_AK", description="access key ID; requests are signed with the key"
    )
    sk: kinds.HeaderSecret | None = Field(None, alias="HUAWEICLOUD_SDK_SK", description="secret access key")
    security_token: kinds.HeaderSecret | None = Field(
        None, alias="HUAWEICLOUD_SDK_SECURITY_TOKEN", description="security token of a temporary access key"
    )
    project_id: kinds.ProjectId | None = Field(
        None, alias="HUAWEICLOUD_SDK_PROJECT_ID", description="IAM project ID of the region"
    )
    iam_user: kinds.PlainText | None = Field(
        None, alias="CODEARTS_IAM_USER", description="IAM user name, to sign in by password instead of an access key"
    )
    iam_password: kinds.Password | None = Field(
        None, alias="CODEARTS_IAM_PASSWORD", description="the IAM user's password"
    )
    iam_domain: kinds.PlainText | None = Field(
        None, alias="CODEARTS_IAM_DOMAIN", description="name of the account that the IAM user belongs to"
    )

    @property
    def sign_in(self) -> AccessKey | IamUser:
        """How to sign in to CodeArts Check; `requirements` makes sure that there is exactly one way."""
        if self.ak is not None and self.sk is not None:
            return AccessKey(self.ak, self.sk, self.security_token, self.project_id)
        if self.iam_user is None or self.iam_password is None or self.iam_domain is None:
            raise ValueError("the settings have no way to sign in to CodeArts Check")
        return IamUser(self.iam_user, self.iam_password, self.iam_domain, self.project_id)
