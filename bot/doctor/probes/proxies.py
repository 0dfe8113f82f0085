"""Which service is reached through which proxy. One that does not work shows at the service."""

from urllib.parse import urlsplit

from bot.doctor.check import ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe


async def look(deployment: Deployment) -> Findings:
    """Without user names and passwords."""
    settings = deployment.settings
    for endpoint in settings.endpoints:
        if (proxy := settings.proxies.proxy_for(endpoint)) is not None:
            parts = urlsplit(proxy)
            port = f":{parts.port}" if parts.port else ""
            yield ok(f"requests to {urlsplit(endpoint).hostname} go through {parts.hostname}{port}")


PROBE = Probe(name="proxies", order=61, checks="which service is reached through which proxy", look=look)
