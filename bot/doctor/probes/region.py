"""Whether the endpoints are of the region that is set."""

import re
from urllib.parse import urlsplit

from bot.doctor.check import ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.settings import IamUser

_REGION = re.compile(r"[a-z-]+\.(?P<region>[a-z]{2}(?:-[a-z]+){1,3}-\d{1,3})\.myhuaweicloud\.(?:com|eu)")


async def look(deployment: Deployment) -> Findings:
    """Compare the hosts' names with CODEARTS_REGION: some regions' tasks are served by another region's host."""
    settings = deployment.settings
    endpoints = {"CODEARTS_ENDPOINT": settings.codearts_endpoint}
    if isinstance(settings.sign_in, IamUser):
        endpoints["HUAWEICLOUD_SDK_IAM_ENDPOINT"] = settings.iam_endpoint
    well = True
    for name, url in endpoints.items():
        found = _REGION.fullmatch(urlsplit(url).hostname or "")
        if found and found["region"] != settings.codearts_region:
            well = False
            yield warning(
                f"{name} is in {found['region']}, but CODEARTS_REGION is {settings.codearts_region}",
                "Set both to where the tasks are, unless that region's tasks are served by another region's host.",
            )
    if well:
        yield ok(settings.codearts_region)


PROBE = Probe(name="region", order=51, checks="whether the endpoints are of CODEARTS_REGION", look=look)
