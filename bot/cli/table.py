"""The commands as a table, from which the documents are made."""

from bot.cli import commands


def command_table() -> str:
    """Every command and what it does, as Markdown."""
    rows = [
        f"| `codecheck-bot {name}` | {(command.short_help or '').rstrip('.')} |"
        for name, command in commands.commands.items()
    ]
    return "\n".join(("| command | what it does |", "|---|---|", *rows))
