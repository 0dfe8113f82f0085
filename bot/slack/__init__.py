"""All that knows Slack: what is read from it, what is said in it, and how the two travel."""
