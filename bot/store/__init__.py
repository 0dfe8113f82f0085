"""Everything that knows Redis: its keys, and the one conditional transaction that writes them."""
