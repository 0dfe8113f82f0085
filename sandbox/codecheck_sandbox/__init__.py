"""Stand-ins for Slack and CodeArts Check on this machine, as strict as the real ones; used only over the wire."""
