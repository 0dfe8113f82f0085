"""Links to a task's page."""

import pytest

from bot.domain.console import Console


@pytest.mark.parametrize(
    ("template", "project_id", "link"),
    [
        ("", "p", ""),
        ("https://h/{project_id}/tasks/{task_id}", "p", "https://h/p/tasks/t"),
        ("https://h/{project_id}/tasks/{task_id}", "", ""),
        ("https://h/{task_id}", "", "https://h/t"),
        ("https://h/{project_id}/{task_id}", "{task_id}/../x?y", "https://h/%7Btask_id%7D%2F..%2Fx%3Fy/t"),
    ],
)
def test_a_link_leads_to_the_task_or_is_not_there(template: str, project_id: str, link: str) -> None:
    """A project that is not known gives no link; nothing that comes from outside changes the URL's form."""
    assert Console(template).link("t", project_id) == link
