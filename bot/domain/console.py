"""The link from a task to its page in the CodeArts console."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Console:
    """Where the console shows a task.

    Args:
        template: a URL with the placeholders `{project_id}` and `{task_id}`; "" for no links.
    """

    template: str = ""

    def link(self, task_id: str, project_id: str) -> str:
        """The task's page; "" if there are no links, or the template needs a project that is not known."""
        if "{project_id}" in self.template and not project_id:
            return ""
        return self.template.replace("{project_id}", quote(project_id, safe="")).replace(
            "{task_id}", quote(task_id, safe="")
        )
