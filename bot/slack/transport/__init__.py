"""How payloads arrive: by HTTP or Socket Mode, at the same Bolt app, with the same health endpoints."""
