"""A stand-in for Slack: the bot meets it over the wire only, and it is as strict as Slack is.

`standin.py` shows how to use it; `people.py` is how conversations are written; `faults.py` is what can go wrong.
"""

from bot.sandbox.slack.conversations import Channel, Message, User, View
from bot.sandbox.slack.faults import EVERYTHING, RESPONSE_URL, ApiError, Drop, Hang, RateLimited, ServerError, Slow
from bot.sandbox.slack.interactions import Answer
from bot.sandbox.slack.people import NotPossibleError, Person
from bot.sandbox.slack.standin import NeverHappenedError, SlackStandIn
from bot.sandbox.slack.transcript import Transcript
from bot.sandbox.slack.wire import Exchange
from bot.sandbox.slack.workspace import Change

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
