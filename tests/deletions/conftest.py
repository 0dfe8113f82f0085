"""The same store and the same way to Slack as in the tests of these."""

from tests.slack.conftest import client, health, messenger, session, slack
from tests.store.conftest import rig

__all__ = ["client", "health", "messenger", "rig", "session", "slack"]
