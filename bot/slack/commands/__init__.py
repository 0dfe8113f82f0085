"""The subcommands of `/codecheck` beyond the request itself, one module each: from what was typed to its answer."""
