"""Why a decision is what it is."""

from enum import StrEnum


class Reason(StrEnum):
    """Each has its text in `bot.slack.views`."""

    ALLOWED = "allowed"

    # who it is
    OTHER_TEAM = "other_team"
    NOT_CHECKED = "not_checked"  # Slack did not say who it is
    MAY_NOT_CHECK = "may_not_check"  # the app may not ask Slack
    DEACTIVATED = "deactivated"
    GUEST = "guest"
    BOT = "bot"
    NO_OPERATOR = "no_operator"
    OPERATORS_DIFFER = "operators_differ"  # two sources, two answers
    MALFORMED_OPERATOR = "malformed_operator"  # the profile field holds what is no IAM user name

    # what they may
    USER_NOT_ALLOWED = "user_not_allowed"
    GROUPS_NOT_CHECKED = "groups_not_checked"  # Slack did not say who is in the user groups
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    NOT_REQUESTER = "not_requester"
    OPERATOR_CHANGED = "operator_changed"

    # what the second step asks for
    NOT_YOURSELF = "not_yourself"  # second_person: the requester cannot be the second
    REQUESTER_BARRED = "requester_barred"  # second_person: the requester could no longer ask for it
    NOBODY_ELSE_SEES = "nobody_else_sees"  # second_person: a prompt that only the requester sees
    TASK_ID_NOT_TYPED = "task_id_not_typed"  # typed: a button alone confirms nothing
    WRONG_TASK_ID = "wrong_task_id"  # typed

    # what stands in the way
    FROZEN = "frozen"
    TOO_MANY = "too_many"
    NOT_ADMIN = "not_admin"

    # where it stands
    EXPIRED = "expired"
    OTHER_STATE = "other_state"
    UNKNOWN_DELETION = "unknown_deletion"  # ended and announced long ago
