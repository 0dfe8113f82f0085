"""Everything that knows Slack: reading its payloads, writing its messages, and the transport for both."""
