"""The store's rig, beside which the audit log is looked at, and a Slack that notes what it is asked."""

from tests.slack.conftest import client, health, messenger, session, slack
from tests.store.conftest import rig

__all__ = ["client", "health", "messenger", "rig", "session", "slack"]
