"""What the composer completes comes from the manifest."""

from codecheck_sandbox.page.completions import completions
from codecheck_sandbox.slack.installation import CommandPayload


def test_each_alternative_of_a_usage_hint_is_a_subcommand() -> None:
    """The first word is typed for the person; the rest is theirs."""
    command = CommandPayload(command="/codecheck", description="Does it", usage_hint="delete <task_id> | help")
    assert [(each.text, each.hint, each.description) for each in completions([command])] == [
        ("/codecheck", "delete <task_id> | help", "Does it"),
        ("/codecheck delete", "<task_id>", ""),
        ("/codecheck help", "", ""),
    ]
