"""Faults of the way to the collector of traces."""

from tests.doctor.deployed import Deployed
from tests.doctor.planted import WARNING, planted


@planted(
    "Traces are on, and there is no collector",
    "traces",
    WARNING,
    "the collector takes no traces",
    "Check OTEL_EXPORTER_OTLP_ENDPOINT, which has to speak OTLP over HTTP (usually port 4318), and the headers.",
)
async def _(here: Deployed) -> None:
    here.environ["CODECHECK_TRACES"] = "otlp"  # and nobody listens where the SDK looks by default
