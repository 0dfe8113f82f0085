"""The results that docs/performance.md shows: of one run on one machine."""

import json
from pathlib import Path
from typing import Any

LATEST = Path(__file__).with_name("latest.json")


def load() -> dict[str, Any]:
    """The results; nothing if none have been taken."""
    return dict(json.loads(LATEST.read_text(encoding="utf-8"))) if LATEST.exists() else {}
