"""The subcommands of `/codecheck`, one file each: usage, help, who may use it, parsing, what it does and answers.

To add one, add a file here with a `SUBCOMMAND` (see `bot.slack.subcommand`); nothing else changes.
"""
