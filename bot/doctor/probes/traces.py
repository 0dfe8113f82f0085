"""Whether the collector of traces takes what the bot sends, if traces are switched on."""

import asyncio

from bot.doctor.check import ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.observability.logs import redactor


async def look(deployment: Deployment) -> Findings:
    """Send it a request without spans, by the same way. Without a collector the bot works, so it is a warning."""
    settings = deployment.settings
    if settings.traces == "off":
        return
    from bot.observability.tracing import why_not_delivered  # noqa: PLC0415 - only an installation with the extra has it

    headers = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    if why := await asyncio.to_thread(why_not_delivered, headers):
        hint = (
            "Check OTEL_EXPORTER_OTLP_ENDPOINT, which has to speak OTLP over HTTP (usually port 4318), and the headers."
        )
        why = redactor(settings.secrets)(why)  # requests quotes a header that it cannot send
        yield warning(f"the collector takes no traces: {why}", hint)
    else:
        yield ok("the collector takes them")


PROBE = Probe(name="traces", order=70, checks="whether the collector takes traces, if they are sent", look=look)
