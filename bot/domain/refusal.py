"""Why somebody is refused: the reason and what it is about. The words that people read are in `bot.slack.views`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import BotError
from bot.domain.text import Value


class Reason(StrEnum):
    """Why a decision is what it is."""

    ALLOWED = "allowed"

    # who it is
    OTHER_TEAM = "other_team"
    NOT_CHECKED = "not_checked"  # Slack did not say who it is
    MAY_NOT_CHECK = "may_not_check"  # the app lacks the scope to ask Slack
    ASKED_TOO_OFTEN = "asked_too_often"  # their look-ups would use up Slack's quota for everybody
    DEACTIVATED = "deactivated"
    GUEST = "guest"
    BOT = "bot"
    NO_OPERATOR = "no_operator"
    OPERATORS_DIFFER = "operators_differ"  # two sources, two answers
    MALFORMED_OPERATOR = "malformed_operator"  # the profile field does not hold an IAM user name

    # what they may do
    USER_NOT_ALLOWED = "user_not_allowed"
    GROUPS_NOT_CHECKED = "groups_not_checked"  # Slack did not say who is in the user groups
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    NOT_ADMIN = "not_admin"
    NOT_REQUESTER = "not_requester"
    OPERATOR_CHANGED = "operator_changed"

    # what the second step asks for
    NOT_YOURSELF = "not_yourself"  # second_person: the requester cannot be the second
    SAME_OPERATOR = "same_operator"  # second_person: nor can somebody with the requester's operator
    REQUESTER_BARRED = "requester_barred"  # second_person: the requester could no longer ask for it
    NOBODY_ELSE_SEES = "nobody_else_sees"  # second_person: a prompt that only the requester sees
    TASK_ID_NOT_TYPED = "task_id_not_typed"  # typed: a button does not suffice
    WRONG_TASK_ID = "wrong_task_id"  # typed

    # what stands in the way
    FROZEN = "frozen"
    TOO_MANY = "too_many"

    # what state the deletion is in
    EXPIRED = "expired"
    OTHER_STATE = "other_state"
    UNKNOWN_DELETION = "unknown_deletion"  # ended and announced long ago


UNCHECKED = frozenset({Reason.NOT_CHECKED, Reason.MAY_NOT_CHECK, Reason.GROUPS_NOT_CHECKED})
"""Reasons that say nothing against the person: what could not be checked keeps nobody from stopping a deletion."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision against somebody.

    Args:
        reason: why.
        values: what the words about it may name, such as `user`, `operator` or `channel`.
    """

    reason: Reason
    values: Mapping[str, Value] = field(default_factory=dict)


class Refused(BotError):  # noqa: N818 - the vocabulary's word, and what callers read best
    """Somebody may not do what they asked for. Answered and recorded in one place.

    Args:
        reason: why.
        values: as in `Refusal`.
    """

    def __init__(self, reason: Reason, **values: Value) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.values: Mapping[str, Value] = values
