"""What the figures have to be, and whether they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """One aim.

    Args:
        what: what is measured.
        aim: the limit, as people write it.
        figure: the figure that is compared with the limit.
        limit: the most that it may be.
        unit: of the figure, with a space before it if it needs one.
        strict: the figure must be less than the limit.
    """

    what: str
    aim: str
    figure: Callable[[Results], float]
    limit: Callable[[Results], float] | float
    unit: str = ""
    strict: bool = False

    def reached(self, results: Results) -> bool:
        """Whether the figure is within the limit."""
        limit = self.limit(results) if callable(self.limit) else self.limit
        figure = self.figure(results)
        return figure < limit if self.strict else figure <= limit


def acknowledgement(results: Results, program: str, clients: int, what: str) -> dict[str, Any]:
    """One row of the acknowledgements."""
    return next(
        dict(row)
        for row in results["acknowledgement"]
        if (row["program"], row["clients"], row["what"]) == (program, clients, what)
    )


def _worst(figure: str, *kinds: str) -> Callable[[Results], float]:
    """The largest that the bot has in either transport, with one client or many."""

    def found(results: Results) -> float:
        rows = [row for row in results["acknowledgement"] if row["program"] != "floor" and row["what"] in kinds]
        return max(float(row[figure]["median"] if isinstance(row[figure], dict) else row[figure]) for row in rows)

    return found


def _growth(figure: str) -> Callable[[Results], float]:
    """How many times as much it takes with the most deletions pending as with the fewest."""
    return lambda results: float(results["growth"][-1][figure] / results["growth"][0][figure])


TARGETS = (
    Target("acknowledgement of a command, p50", "2.5 × `GET /healthz`", _worst("over_healthz", "command"), 2.5, " ×"),
    Target("acknowledgement of an action, p50", "2.5 × `GET /healthz`", _worst("over_healthz", "action"), 2.5, " ×"),
    Target("acknowledgement, p99", "3 × its p50", _worst("p99_over_p50", "command", "action"), 3, " ×"),
    Target(
        "CPU of a whole deletion",
        "1.6 × the floor",
        lambda taken: taken["deletion"]["bot"]["over_floor"]["median"],
        1.6,
        " ×",
    ),
    Target(
        "CPU of a whole deletion",
        "less than the tutorial's bot",
        lambda taken: taken["deletion"]["bot"]["cpu_ms"]["median"],
        lambda taken: float(taken["deletion"]["tutorial_bot"]["cpu_ms"]["median"]),
        " ms",
        strict=True,
    ),
    Target("round trips to Redis of a whole deletion", "9", lambda taken: taken["deletion"]["io"]["redis"], 9),
    Target(
        "prompt visible if the service answers in 50 ms, p95",
        "less than 400 ms",
        lambda taken: taken["waiting"]["prompt"]["answers in 50 ms"]["p95_ms"],
        400,
        " ms",
        strict=True,
    ),
    Target(
        "prompt visible if the service never answers, p95",
        "less than 1 s",
        lambda taken: taken["waiting"]["prompt"]["never answers"]["p95_ms"],
        1_000,
        " ms",
        strict=True,
    ),
    Target(
        "calls to Slack from the service's answer to the result",
        "2",
        lambda taken: taken["waiting"]["slack_calls_to_result"],
        2,
    ),
    Target(
        "start to the first acknowledged request",
        "1.5 × a bare Bolt app",
        lambda taken: taken["start"]["over_bolt"]["median"],
        1.5,
        " ×",
    ),
    Target(
        "memory, idle",
        "less than 70 MiB",
        lambda taken: max(taken["idle"][each]["rss_mib"] for each in ("idle", "idle-socket")),
        70,
        " MiB",
        strict=True,
    ),
    Target(
        "CPU, idle",
        "less than 2 ms a second",
        lambda taken: max(taken["idle"][each]["cpu_ms_per_second"] for each in ("idle", "idle-socket")),
        2,
        " ms/s",
        strict=True,
    ),
    Target(
        "acknowledgement of a command, from 10 to 100,000 pending", "flat: 1.5 ×", _growth("command_p50_ms"), 1.5, " ×"
    ),
    Target("acknowledgement of an action, the same", "flat: 1.5 ×", _growth("action_p50_ms"), 1.5, " ×"),
    Target("the sweep (CPU, idle), the same", "flat: 1.5 ×", _growth("idle_cpu_ms_per_second"), 1.5, " ×"),
    Target("`/codecheck pending`, the same", "flat: 1.5 ×", _growth("pending_p50_ms"), 1.5, " ×"),
    Target(
        "Redis's memory for a pending deletion, beside the audit log",
        "less than 600 bytes",
        lambda taken: taken["growth"][-1]["bytes_each"],
        600,
        " bytes",
        strict=True,
    ),
    Target(
        "acknowledgements over 3 s, of 10,000 while the service stalls and Slack throttles",
        "0",
        lambda taken: taken["stall"]["over_3_s"],
        0,
    ),
)
