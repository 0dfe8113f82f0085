"""Every metric that `/metrics` shows: names, labels and buckets in one place.

No label has more values than the code names: no user, channel, task or deletion is ever one. Where each is measured:

- Slack's payloads: `bot.slack.transport.measured`; calls to Slack: `bot.slack.health` and `bot.slack.delivery`;
- calls to CodeArts Check: `bot.codearts.connection`; calls to Redis: `bot.store.redis_calls`;
- what becomes of deletions: `bot.observability.measured`, one wrapper for each port;
- what is sent to the collector of traces: `bot.observability.tracing`;
- what can only be seen by looking, such as what is pending: `bot.observability.backlog`, when someone asks.

Times are in seconds. A gauge that cannot be read at the moment is NaN, never an old value.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

REGISTRY = CollectorRegistry(auto_describe=True)

_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
"""For what is over before Slack gives up, after three seconds."""
_CALLS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""For calls over the internet; a DELETE is given 30 s."""
_LONG = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600)
"""For what may be waited for: the outcome of an uncertain call."""


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"codecheck_{name}", meaning, labels, registry=REGISTRY)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"codecheck_{name}", meaning, labels, registry=REGISTRY)


def _histogram(name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"codecheck_{name}", meaning, labels, buckets=buckets, registry=REGISTRY)


ProcessCollector(registry=REGISTRY)  # memory, CPU and descriptors of this process, under Prometheus' usual names

BUILD = _gauge("build_info", "1, with the version that runs.", "version")

# What people do.
COMMANDS = _counter("commands_total", "Slash commands received.", "subcommand")
ACTIONS = _counter("actions_total", "Buttons pressed and modals submitted.", "action")
ACKNOWLEDGED = _histogram(
    "acknowledgement_seconds", "From the arrival of a payload to its acknowledgement.", _QUICK, "surface"
)
REFUSALS = _counter("refusals_total", "Commands and actions refused.", "reason")
PROMPT_VISIBLE = _histogram("command_to_prompt_seconds", "From the arrival of a command to its prompt.", _CALLS)

# What becomes of deletions.
REQUESTS = _counter("requests_total", "Deletions recorded.")
ENDED = _counter("deletions_total", "Deletions that have ended.", "outcome")
CONFIRMED_TO_OUTCOME = _histogram(
    "confirmation_to_outcome_seconds",
    "From the last confirmation to each outcome found.",
    _LONG,
    "outcome",
)
RECOVERIES = _counter("recoveries_total", "Interrupted calls taken over, as after a crash.")
LIMITS = _gauge("limit_per_hour", "Second confirmations that an hour takes; 0 if there is no limit.", "scope")
LIMITS_REACHED = _counter("limits_reached_total", "Second confirmations refused by a limit.", "scope")

# The services that the bot calls.
SERVICE_CALLS = _histogram(
    "service_seconds", "What was asked of CodeArts Check, retries included.", _CALLS, "call", "result"
)
CODEARTS = _histogram(
    "codearts_request_seconds", "Single requests to CodeArts Check and IAM.", _CALLS, "method", "result"
)
SLACK = _histogram("slack_call_seconds", "Calls to Slack.", _CALLS, "method", "result")
REDIS = _histogram("redis_call_seconds", "Calls to Redis, retries included.", _QUICK, "result")
RETRIES = _counter("retries_total", "Attempts after the first one.", "dependency")

# What is pending.
PENDING = _gauge("pending", "Deletions that have not ended (500 are counted at most).", "state")
OLDEST_PENDING = _gauge("oldest_pending_seconds", "Age of the oldest deletion that has not ended.")
OUTBOX = _gauge("outbox_length", "Deletions with a message that Slack has not taken yet.")
OUTBOX_AGE = _gauge("outbox_age_seconds", "For how long the oldest of these has waited.")
FROZEN = _gauge("frozen", "1 if deletions are frozen.")

# Whether the bot does its own work.
SPANS = _counter("trace_spans_total", "Spans sent to the collector of traces; the lost ones were not taken.", "result")
READY = _gauge("ready", "1 if this probe of /readyz says yes.", "probe")
LAST_SWEEP = _gauge("last_sweep_timestamp_seconds", "When this process last looked for what is due.")
LAST_SEAL = _gauge("last_seal_timestamp_seconds", "When this process last found the audit log sealed, or sealed it.")
CHECKPOINTS = _counter("checkpoints_total", "Checkpoints by which this process sealed the audit log.")
CONNECTIONS = _gauge("http_connections", "Open connections to the HTTP server.", "kind")


def names() -> frozenset[str]:
    """The name of every series, as a query may use it: with `_bucket`, `_sum` and `_count` of histograms."""
    found: set[str] = set()
    for metric in REGISTRY.collect():
        match metric.type:
            case "counter":
                found.add(f"{metric.name}_total")
            case "histogram":
                found |= {f"{metric.name}_{part}" for part in ("bucket", "sum", "count")}
            case _:
                found.add(metric.name)
    return frozenset(found)
