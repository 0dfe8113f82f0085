"""How payloads arrive: HTTP or Socket Mode, to the same Bolt app, with the same health endpoints beside it."""
