"""What the composer completes: the commands of the manifest, and the subcommands that their usage hints name."""

from collections.abc import Iterable
from dataclasses import dataclass

from codecheck_sandbox.slack.installation import CommandPayload


@dataclass(frozen=True, slots=True)
class Completion:
    """One line of the composer's menu.

    Args:
        text: what the completion types.
        hint: what remains to be typed, as the manifest says.
        description: what it does; "" for a subcommand, which the manifest does not describe.
    """

    text: str
    hint: str
    description: str


def completions(commands: Iterable[CommandPayload]) -> list[Completion]:
    """Each command, and each alternative of its usage hint, such as `delete <task_id> | help`."""
    found = []
    for command in commands:
        found.append(Completion(command.command, command.usage_hint, command.description))
        for alternative in filter(None, map(str.strip, command.usage_hint.split("|"))):
            name, _, rest = alternative.partition(" ")
            found.append(Completion(f"{command.command} {name}", rest, ""))
    return found
