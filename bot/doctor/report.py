"""How the checks are printed, and the exit status that they lead to."""

import json
from collections.abc import Iterable
from dataclasses import asdict

from bot.doctor.check import Check, Grade


def as_text(checks: Iterable[Check]) -> str:
    """Lines for a person: the grade, the probe, what was found, and below it what to do.

    What several probes found alike, such as that Slack could not be asked, is said once, with the names of all.
    """
    names: dict[tuple[Grade, str, str], list[str]] = {}
    for check in checks:
        names.setdefault((check.grade, check.text, check.hint), []).append(check.name)
    return "\n".join(
        f"{grade:<8}{', '.join(dict.fromkeys(who))}: {text}" + (f"\n{'':<8}-> {hint}" if hint else "")
        for (grade, text, hint), who in names.items()
    )


def as_json(checks: Iterable[Check]) -> str:
    """A list for a script: each check with `name`, `grade`, `text` and `hint`."""
    return json.dumps([asdict(check) for check in checks], indent=2)


def exit_status(checks: Iterable[Check]) -> int:
    """1 if there is a fault, else 0. Settings that cannot be used are 2, before anything is checked."""
    return int(any(check.grade is Grade.FAULT for check in checks))
