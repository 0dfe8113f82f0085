"""Who may sign in, and what they may do in which project."""

from dataclasses import dataclass, field

REGION_PROJECT = "0605767b5f80d5762ff8c0149c6d8dea"  # the IAM project of the region: scopes tokens and signatures
REGION = "cn-north-4"

WEBSHOP = "41d5f1c7c2f84fd0b3d0b1a6f6c6c5a1"  # CodeArts projects: hold tasks
PAYMENTS = "7c1e0c1d1b0a4a2e8e3f5b2f9c8d7e6f"
PARTNER = "e2b7a9d44c5f4c64a0f1d3b5c7e9f0a2"  # someone else's


@dataclass(frozen=True, slots=True)
class Account:
    """An IAM user and how it can sign in.

    Args:
        user: the IAM user's name.
        domain: the name of the account that the user belongs to.
        password: signs in at IAM.
        access_key: AK.
        secret_key: SK.
        security_token: what a temporary key must send as well; "" for a permanent one.
        region_projects: the IAM projects that it may use: ID to name.
        member_of: the CodeArts projects whose tasks it may see.
        may_delete: those in which it has `codeartscheck:task:delete`; a plain developer has it nowhere.
        may_read: whether it has `codeartscheck:task:get` and `:list`.
    """

    user: str
    domain: str
    password: str = field(repr=False)
    access_key: str
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    region_projects: tuple[tuple[str, str], ...] = ((REGION_PROJECT, REGION),)
    member_of: frozenset[str] = frozenset()
    may_delete: frozenset[str] = frozenset()
    may_read: bool = True


BOT = Account(
    user="codecheck-bot",
    domain="acme",
    password="sandbox-Password-1",  # noqa: S106 - it opens nothing but the sandbox
    access_key="SANDBOXAK0000000BOT1",
    secret_key="sandboxSecretKeyOfTheBot0000000000000001",  # noqa: S106 - the same
    member_of=frozenset({WEBSHOP, PAYMENTS}),
    may_delete=frozenset({WEBSHOP, PAYMENTS}),
)
TEMPORARY = Account(
    user="codecheck-bot-agency",
    domain="acme",
    password="sandbox-Password-2",  # noqa: S106 - the same
    access_key="SANDBOXAK0000000TMP1",
    secret_key="sandboxSecretKeyOfAnAgency00000000000001",  # noqa: S106 - the same
    security_token="sandbox-security-token-of-a-temporary-key",  # noqa: S106 - the same
    member_of=frozenset({WEBSHOP, PAYMENTS}),
    may_delete=frozenset({WEBSHOP, PAYMENTS}),
)
DEVELOPER = Account(
    user="devi",
    domain="acme",
    password="sandbox-Password-3",  # noqa: S106 - the same
    access_key="SANDBOXAK0000000DEV1",
    secret_key="sandboxSecretKeyOfADeveloper000000000001",  # noqa: S106 - the same
    member_of=frozenset({WEBSHOP, PAYMENTS}),
)


def default_accounts() -> list[Account]:
    """A project manager (the bot), the same with a temporary key, and a developer who may not delete."""
    return [BOT, TEMPORARY, DEVELOPER]
