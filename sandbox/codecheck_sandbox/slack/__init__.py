"""A stand-in for Slack: the bot meets it over the wire only, and it is as strict as Slack is.

`standin.py` shows how to use it; `people.py` is how conversations are written; `faults.py` is what can go wrong.
"""

from codecheck_sandbox.slack.conversations import Channel, Message, User, View
from codecheck_sandbox.slack.faults import (
    EVERYTHING,
    RESPONSE_URL,
    ApiError,
    Drop,
    Hang,
    RateLimited,
    ServerError,
    Slow,
)
from codecheck_sandbox.slack.interactions import Answer
from codecheck_sandbox.slack.people import NotPossibleError, Person
from codecheck_sandbox.slack.standin import NeverHappenedError, SlackStandIn
from codecheck_sandbox.slack.transcript import Transcript
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
    "Exchange",
    "Hang",
    "Message",
    "NeverHappenedError",
    "NotPossibleError",
    "Person",
    "RateLimited",
    "ServerError",
    "SlackStandIn",
    "Slow",
    "Transcript",
    "User",
    "View",
]
