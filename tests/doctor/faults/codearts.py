"""Faults of CodeArts Check, of the way to it, and of this machine."""

import ssl
import time
from email.utils import formatdate

import trustme

from codecheck_sandbox.codearts import BOT, CodeArtsStandIn, Garbage, Hang, InternalError, Refuse
from codecheck_sandbox.codearts.accounts import WEBSHOP
from tests.doctor.deployed import Deployed
from tests.doctor.planted import DEAD, FAULT, WARNING, planted


@planted(
    "The secret key is wrong",
    "CodeArts Check",
    FAULT,
    "APIGW.0301",
    "Check the access key, the secret key and this machine's clock.",
)
async def _(here: Deployed) -> None:
    here.environ["HUAWEICLOUD_SDK_SK"] = "not-the-secret"


@planted(
    "The IAM user's password is wrong",
    "CodeArts Check",
    FAULT,
    "IAM gave no token",
    "Check CODEARTS_IAM_USER, CODEARTS_IAM_PASSWORD, CODEARTS_IAM_DOMAIN and the project.",
)
async def _(here: Deployed) -> None:
    for name in ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID"):
        del here.environ[name]
    here.environ |= {"CODEARTS_IAM_USER": BOT.user, "CODEARTS_IAM_DOMAIN": BOT.domain}
    here.environ["CODEARTS_IAM_PASSWORD"] = "not-the-password"


@planted(
    "The IAM project is in another region",
    "CodeArts Check",
    FAULT,
    "APIGW.0310",
    "Check the project in the CodeArts console.",
)
async def _(here: Deployed) -> None:
    here.environ["HUAWEICLOUD_SDK_PROJECT_ID"] = "0605767b5f80d5762ff8c0149c6d8d00"


@planted(
    "Nobody listens at `CODEARTS_ENDPOINT`",
    "CodeArts Check",
    FAULT,
    "CodeArts Check refused the connection.",
    "Check the endpoint, the network and the proxy.",
)
async def _(here: Deployed) -> None:
    here.environ["CODEARTS_ENDPOINT"] = DEAD


@planted(
    "`CODEARTS_ENDPOINT` is another service's",
    "CodeArts Check",
    FAULT,
    "There is no such API at this host",
    "Check CODEARTS_ENDPOINT and CODEARTS_REGION.",
)
async def _(here: Deployed) -> None:
    here.codearts.always_answer(Refuse("APIGW.0101"), to="GET")


@planted(
    "`CODEARTS_ENDPOINT` is a web page",
    "CodeArts Check",
    WARNING,
    "could not be understood",
    "Try again; if it stays so, check CODEARTS_ENDPOINT and the proxy.",
)
async def _(here: Deployed) -> None:
    here.codearts.always_answer(Garbage(), to="GET")


@planted(
    "The endpoint's certificate is from an unknown authority",
    "CodeArts Check",
    FAULT,
    "is from an authority that this machine does not trust",
    "Set SSL_CERT_FILE to a PEM file with the certificates to trust",
)
async def _(here: Deployed) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    served = await here.stack.enter_async_context(CodeArtsStandIn(tls=tls))
    here.environ["CODEARTS_ENDPOINT"] = served.url


@planted(
    "The endpoint is in another region",
    "region",
    WARNING,
    "CODEARTS_ENDPOINT is in cn-south-1, but CODEARTS_REGION is cn-north-4",
    "Set both to where the tasks are",
)
async def _(here: Deployed) -> None:
    here.environ |= {
        "CODEARTS_ENDPOINT": "https://codearts-check.cn-south-1.myhuaweicloud.com",
        "HTTPS_PROXY": DEAD,  # so that nothing leaves this machine
    }


@planted(
    "The bot's user is not in any project",
    "CodeArts Check",
    FAULT,
    "The bot's user is not in any project.",
    "Add the bot's user to the task's project.",
)
async def _(here: Deployed) -> None:
    here.codearts.always_answer(Refuse("CC.00050011"), to="GET")


@planted(
    "The bot may not list a project",
    "projects",
    FAULT,
    "the bot may not read 0f3a in [codearts] projects",
    "Add the bot's user to the project and grant codeartscheck:task:list, or correct the ID.",
)
async def _(here: Deployed) -> None:
    here.toml["codearts"] = {"projects": [WEBSHOP, "0f3a"]}


@planted(
    "The bot may not read a project's tasks",
    "projects",
    FAULT,
    f"the bot may not read {WEBSHOP} in [codearts] projects",
    "grant codeartscheck:task:get",
)
async def _(here: Deployed) -> None:
    for task in here.codearts.tasks:
        here.codearts.always_answer(Refuse("CC.00050010"), to="GET", task=task)


@planted(
    "CodeArts Check hangs",
    "CodeArts Check",
    FAULT,
    "did not answer in time",
    "Check the endpoint, the network and the proxy.",
)
async def _(here: Deployed) -> None:
    here.codearts.always_answer(Hang(), to="GET")


@planted(
    "This machine's clock is an hour off",
    "clock",
    FAULT,
    "s ahead of CodeArts Check's",
    "Set this machine's clock, and keep it in step by NTP.",
)
async def _(here: Deployed) -> None:
    body = b'{"error_code":"CC.00050013","error_msg":"The project does not exist."}'
    date = formatdate(time.time() - 3_600, usegmt=True)
    here.codearts.always_answer(Garbage(body, 200, "application/json", (("Date", date),)), to="GET")


@planted(
    "CodeArts Check cannot list projects at the moment",
    "projects",
    WARNING,
    "cannot tell: 41d5f1c7c2f84fd0b3d0b1a6f6c6c5a1 in [codearts] projects: HTTP 500",
    "Try again in a minute.",
)
async def _(here: Deployed) -> None:
    here.codearts.always_answer(InternalError(500), to="search")


@planted(
    "This machine's clock is a minute off",
    "clock",
    WARNING,
    "s ahead of CodeArts Check's",
    "Set this machine's clock, and keep it in step by NTP.",
)
async def _(here: Deployed) -> None:
    body = b'{"error_code":"CC.00050013","error_msg":"The project does not exist."}'
    date = formatdate(time.time() - 62, usegmt=True)
    here.codearts.always_answer(Garbage(body, 200, "application/json", (("Date", date),)), to="GET")
