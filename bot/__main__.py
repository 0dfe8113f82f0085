"""`codecheck-bot`, and `python -m bot`: see `bot.cli`."""

from bot.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
