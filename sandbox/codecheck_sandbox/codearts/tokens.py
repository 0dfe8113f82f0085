"""IAM: exchanges a password for a token, after the page KeystoneCreateUserTokenByPassword."""

import json
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from codecheck_sandbox.codearts.accounts import Account


class SignInRefusedError(Exception):
    """IAM refuses to issue a token.

    Args:
        http: the HTTP status.
        title: what Keystone calls it.
        message: what it says.
    """

    def __init__(self, http: int, title: str, message: str) -> None:
        super().__init__(message)
        self.http = http
        self.title = title


class TokenOffice:
    """Issues tokens and knows whose they are.

    Args:
        accounts: whose passwords it knows.
        lifetime: how many seconds a token is valid.
    """

    def __init__(self, accounts: Iterable[Account], lifetime: float = 24 * 3_600) -> None:
        self.lifetime = lifetime
        self.issued = 0
        self._accounts = list(accounts)
        self._tokens: dict[str, tuple[Account, float]] = {}

    def issue(self, body: bytes, now: float) -> tuple[str, dict[str, object]]:
        """Returns the token and the response body.

        Raises:
            SignInRefusedError: the request is malformed (400), or the user name or password is wrong (401).
        """
        name, password, domain, scope = _read(body)
        account = next((known for known in self._accounts if (known.user, known.domain) == (name, domain)), None)
        if account is None or not secrets.compare_digest(account.password.encode(), password.encode()):
            raise SignInRefusedError(401, "Unauthorized", "The username or password is wrong.")
        project = next(
            (known for known in account.region_projects if scope in (("id", known[0]), ("name", known[1]))), None
        )
        if project is None:
            raise SignInRefusedError(401, "Unauthorized", "The project of the scope cannot be found.")
        token = f"MIIS{secrets.token_urlsafe(180)}"
        self._tokens[token] = (account, now + self.lifetime)
        self.issued += 1
        return token, {
            "token": {
                "methods": ["password"],
                "issued_at": _time(now),
                "expires_at": _time(now + self.lifetime),
                "project": {"id": project[0], "name": project[1]},
                "user": {"name": account.user, "domain": {"name": account.domain}},
            }
        }

    def holder(self, token: str, now: float) -> Account | None:
        """Whose token it is; None if it is no longer valid."""
        account, ends = self._tokens.get(token, (None, now))
        return account if now < ends else None

    def revoke_all(self) -> None:
        """Invalidate all tokens issued so far."""
        self._tokens.clear()


def _read(body: bytes) -> tuple[str, str, str, tuple[str, str]]:
    """Name, password, domain and scope of a well-formed request."""
    try:
        auth = json.loads(body)["auth"]
        user = auth["identity"]["password"]["user"]
        ((key, value),) = auth["scope"]["project"].items()
        words = [user["name"], user["password"], user["domain"]["name"], value]
        methods = auth["identity"]["methods"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SignInRefusedError(400, "Bad Request", "The request body is invalid.") from None
    if methods != ["password"] or key not in ("id", "name") or not all(isinstance(word, str) for word in words):
        raise SignInRefusedError(400, "Bad Request", "The request body is invalid.")
    name, password, domain, scope = words
    return name, password, domain, (key, scope)


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
