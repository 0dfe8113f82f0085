"""Whether the bot may read the projects of `[codearts] projects`."""

from bot.codearts.answers import meaning_of
from bot.codearts.error_codes import NO_PERMISSION, RIGHT_TO_READ
from bot.codearts.facts import candidates
from bot.codearts.redaction import Redactor
from bot.doctor.check import CannotTell, Finding, fault, ok
from bot.doctor.codearts_answers import Answered
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe

_RIGHT_TO_LIST = "codeartscheck:task:list"


async def look(deployment: Deployment) -> Findings:
    """List one task of each project, and look it up."""
    for project in deployment.settings.codearts.projects:
        listed = await deployment.codearts.ask("/v1/tasks", project_id=project, page=1, page_size=1)
        if (found := _judged(listed, project, _RIGHT_TO_LIST)) is not None:
            yield found
            continue
        rows = candidates(listed.answer.content, Redactor(deployment.settings.secrets)) or ()
        tasks = [row for row in rows if row is not None]
        if not tasks:
            yield ok(f"{project} can be listed, and has no tasks")
            continue
        task = await deployment.codearts.ask(f"/v3/task/{tasks[0].task_id}")
        yield _judged(task, project, RIGHT_TO_READ) or ok(f"{project} can be listed and its tasks read")


def _judged(answered: Answered, project: str, right: str) -> Finding | None:
    """What is wrong with an answer about a project; None if nothing is."""
    answer = answered.answer
    if answer.http == 200 and not answer.code and answer.status != "error":  # noqa: PLR2004 - HTTP's OK
        return None
    if answer.code == NO_PERMISSION or answer.http == 403:  # noqa: PLR2004 - HTTP's Forbidden
        return fault(
            f"the bot may not read {project} in [codearts] projects",
            f"Add the bot's user to the project and grant {right}, or correct the ID.",
        )
    meant = meaning_of(answer)
    text = f"{project} in [codearts] projects: {answer.code or f'HTTP {answer.http}'}: {meant.why}"
    if answer.http >= 500 or not answer.code:  # noqa: PLR2004 - HTTP's server errors
        raise CannotTell(text, "Try again in a minute.")
    return fault(text, "Correct the ID: it is in the address of the project's page.")


PROBE = Probe(name="projects", order=52, checks="whether the bot may read [codearts] projects", look=look)
