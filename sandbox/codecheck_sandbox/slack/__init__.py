"""A stand-in for Slack: the bot uses it only over the wire, and it is as strict as Slack.

`standin.py` shows how to use it, `people.py` is for writing conversations, and `faults.py` is what can go wrong.
"""

from codecheck_sandbox.slack.conversations import Channel, Enterprise, HomeTab, Message, User, View
from codecheck_sandbox.slack.delivery import Retry
from codecheck_sandbox.slack.faults import (
    EVERYTHING,
    RESPONSE_URL,
    ApiError,
    Drop,
    Hang,
    RateLimited,
    Reply,
    ServerError,
    Slow,
)
from codecheck_sandbox.slack.interactions import Answer
from codecheck_sandbox.slack.people import NotPossibleError, Person
from codecheck_sandbox.slack.standin import SlackStandIn
from codecheck_sandbox.slack.transcript import Transcript
from codecheck_sandbox.slack.watching import NeverHappenedError
from codecheck_sandbox.slack.wire import Exchange
from codecheck_sandbox.slack.workspace import Change

__all__ = [
    "EVERYTHING",
    "RESPONSE_URL",
    "Answer",
    "ApiError",
    "Change",
    "Channel",
    "Drop",
    "Enterprise",
    "Exchange",
    "Hang",
    "HomeTab",
    "Message",
    "NeverHappenedError",
    "NotPossibleError",
    "Person",
    "RateLimited",
    "Reply",
    "Retry",
    "ServerError",
    "SlackStandIn",
    "Slow",
    "Transcript",
    "User",
    "View",
]
