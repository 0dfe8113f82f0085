"""A Slack identity -> exactly one operator, or a refusal.

The operator is the IAM user name that CodeArts Check notes as the one who deleted (`operator` header of DeleteTaskV3).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# IAM user names: 1 to 64 ASCII letters, digits, spaces, `-`, `_`, `.`; no space at either end, since headers lose it.
OPERATOR = re.compile(r"(?! )[0-9A-Za-z _.-]{1,64}(?<! )")


@dataclass(frozen=True, slots=True)
class SlackUser:
    """Who acts, as Slack names them: `user_name` is deprecated, so the key is the team and the user ID."""

    team: str
    id: str


def resolve_operator(user: SlackUser, operators: Mapping[str, str]) -> str | None:
    """The operator of a Slack user by `[operators]` of codecheck.toml, or None: nobody becomes somebody else."""
    return operators.get(user.id)
