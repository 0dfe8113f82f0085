"""Why a person is refused: the reason and its values. The words that people read are in `bot.slack.views`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.errors import BotError
from bot.domain.text import Value


class Reason(StrEnum):
    """The reason for a decision."""

    ALLOWED = "allowed"

    # who it is
    OTHER_TEAM = "other_team"
    NOT_CHECKED = "not_checked"  # Slack did not say who it is
    MAY_NOT_CHECK = "may_not_check"  # the app lacks the scope to ask Slack
    ASKED_TOO_OFTEN = "asked_too_often"  # their look-ups would use up Slack's quota for everyone
    DEACTIVATED = "deactivated"
    GUEST = "guest"
    BOT = "bot"
    NO_OPERATOR = "no_operator"
    OPERATORS_DIFFER = "operators_differ"  # two sources name different operators
    MALFORMED_OPERATOR = "malformed_operator"  # the profile field does not hold an IAM user name

    # what they may do
    USER_NOT_ALLOWED = "user_not_allowed"
    GROUPS_NOT_CHECKED = "groups_not_checked"  # Slack did not say who is in the user groups
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    NOT_ADMIN = "not_admin"
    NOT_REQUESTER = "not_requester"
    NOT_REVIEWED = "not_reviewed"  # second_person: others come after the requester's review
    OPERATOR_CHANGED = "operator_changed"

    # what the second step asks for
    NOT_YOURSELF = "not_yourself"  # second_person: the requester cannot be the second person
    SAME_OPERATOR = "same_operator"  # second_person: nor can a person with the requester's operator
    REQUESTER_BARRED = "requester_barred"  # second_person: the requester may no longer ask for it
    REQUESTER_NOT_CHECKED = "requester_not_checked"  # second_person: Slack did not say whether they may
    NOBODY_ELSE_SEES = "nobody_else_sees"  # second_person: a prompt that only the requester sees
    NAME_NOT_TYPED = "name_not_typed"  # typed: a button is not enough
    WRONG_NAME = "wrong_name"  # typed
    WRONG_CASE = "wrong_case"  # typed: right except for upper and lower case
    ALREADY_CONFIRMED = "already_confirmed"
    OPERATOR_CONFIRMED = "operator_confirmed"  # another person with the same operator has confirmed
    NOT_CONFIRMED_BY_YOU = "not_confirmed_by_you"  # so there is nothing to take back
    NO_BREAK_GLASS = "no_break_glass"  # the settings allow nobody to confirm alone
    WHY_TOO_SHORT = "why_too_short"  # confirming alone needs a reason
    CHANGED = "changed"  # the task is not as it was shown: it has to be reviewed again
    TOO_SOON = "too_soon"  # the button has just appeared: a slip is not a confirmation
    PROTECTED = "protected"  # a rule says that the bot never deletes this task
    REASON_MISSING = "reason_missing"  # a rule requires a reason

    # what prevents it
    FROZEN = "frozen"
    NO_SUCH_TASK = "no_such_task"
    TOO_MANY = "too_many"

    # the deletion's state
    EXPIRED = "expired"
    OTHER_STATE = "other_state"
    TOO_LATE = "too_late"  # it has been sent already
    ALREADY_REQUESTED = "already_requested"
    UNKNOWN_DELETION = "unknown_deletion"  # ended and announced long ago


UNCHECKED = frozenset({Reason.NOT_CHECKED, Reason.MAY_NOT_CHECK, Reason.GROUPS_NOT_CHECKED})
"""Reasons that say nothing against the person: a failed check keeps nobody from stopping a deletion."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision to refuse.

    Args:
        reason: why.
        values: the values that its message may name, such as `user`, `operator` or `channel`.
    """

    reason: Reason
    values: Mapping[str, Value] = field(default_factory=dict)


class Refused(BotError):  # noqa: N818 - it reads best at the call sites
    """A person may not do what they asked for. It is answered and recorded in one place.

    Args:
        reason: why.
        values: as in `Refusal`.
    """

    def __init__(self, reason: Reason, **values: Value) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.values: Mapping[str, Value] = values
