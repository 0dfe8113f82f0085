"""The error codes of CodeArts Check (page ErrorCode) and of its API Gateway: what each means, and what to do.

With each of them, nothing was executed. `CC.00050006` (inner error) is not listed, since it can happen before or after
the deletion.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.text import NOTHING, Code, Text

INNER_ERROR = "CC.00050006"
NO_PERMISSION = "CC.00050010"
NO_SUCH_PROJECT = "CC.00050013"  # the FAQ links it to a wrong task ID (inferred)
NO_SUCH_API = "APIGW.0101"
PROJECT_UNAVAILABLE = "APIGW.0310"

RIGHT_TO_DELETE, RIGHT_TO_READ = "codeartscheck:task:delete", "codeartscheck:task:get"

TRY_AGAIN = Text("Try again in a few minutes.")
TRY_AGAIN_SOON = Text("Try again in a few seconds.")
TELL_AN_ADMIN = Text("Ask an admin of this bot to look into it.")
CHECK_THE_TASK_ID = Text("Check the task ID.")
CHECK_THE_CREDENTIALS = Text("Check the bot's access key, or its IAM user and password.")
CHECK_THE_ENDPOINT = Text(
    "Check {endpoint} and {region}.", {"endpoint": Code("CODEARTS_ENDPOINT"), "region": Code("CODEARTS_REGION")}
)
GRANT_THE_RIGHT = Text(
    "Grant {right} to the bot's user in the task's project. "
    "By default only project admins and project managers may delete.",
    {"right": Code(RIGHT_TO_DELETE)},
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an error code means.

    Args:
        why: what it means, a sentence.
        hint: what the requester can do.
        admin_hint: what an admin of the bot can do, if that differs.
    """

    why: Text
    hint: Text
    admin_hint: Text = NOTHING


_REFUSALS: Mapping[str, Refusal] = {
    "CC.00000000": Refusal(Text("CodeArts Check is busy."), TRY_AGAIN),
    "CC.00000003": Refusal(
        Text("The bot's sign-in to CodeArts Check has expired."), TELL_AN_ADMIN, CHECK_THE_CREDENTIALS
    ),
    "CC.00050000": Refusal(Text("CodeArts Check did not accept the task ID."), CHECK_THE_TASK_ID),
    "CC.00050007": Refusal(Text("IAM did not accept the bot's credentials."), TELL_AN_ADMIN, CHECK_THE_CREDENTIALS),
    NO_PERMISSION: Refusal(
        Text("The bot has no permission to do this."),
        Text("A project admin can grant it: {right}.", {"right": Code(RIGHT_TO_DELETE)}),
        GRANT_THE_RIGHT,
    ),
    "CC.00050011": Refusal(
        Text("The bot's user is not in any project."),
        Text("A project admin can add it."),
        Text("Add the bot's user to the task's project."),
    ),
    "CC.00050012": Refusal(Text("CodeArts Check asks to try again later."), TRY_AGAIN),
    NO_SUCH_PROJECT: Refusal(
        Text("CodeArts Check says that the task or its project does not exist."), CHECK_THE_TASK_ID
    ),
    "CC.00050014": Refusal(Text("CodeArts Check could not read the task's basic information."), TRY_AGAIN),
    "CC.00050015": Refusal(Text("A check is running."), Text("Stop it or wait until it has ended, then ask again.")),
    NO_SUCH_API: Refusal(Text("There is no such API at this host."), TELL_AN_ADMIN, CHECK_THE_ENDPOINT),
    "APIGW.0301": Refusal(
        Text("The bot's signature was refused."),
        TELL_AN_ADMIN,
        Text("Check the access key, the secret key and this machine's clock."),
    ),
    "APIGW.0303": Refusal(
        Text("The gateway did not accept the bot's credentials."),
        TELL_AN_ADMIN,
        Text("Check the bot's credentials and this machine's clock."),
    ),
    "APIGW.0307": Refusal(Text("The bot's token was refused."), TELL_AN_ADMIN, CHECK_THE_CREDENTIALS),
    "APIGW.0308": Refusal(Text("CodeArts Check got too many requests."), TRY_AGAIN_SOON),
    PROJECT_UNAVAILABLE: Refusal(
        Text("The project is unavailable."), Text("Check the project in the CodeArts console.")
    ),
}


def refusal_of(code: str) -> Refusal | None:
    """What a code means; None if it is not documented. Older gateways write APIG, newer ones APIGW."""
    return _REFUSALS.get(code.replace("APIG.", "APIGW."))
