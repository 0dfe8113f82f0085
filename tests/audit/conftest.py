"""The store's rig, beside which the audit log is looked at."""

from tests.store.conftest import rig

__all__ = ["rig"]
