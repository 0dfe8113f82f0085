"""codecheck-bot: delete CodeArts Check tasks from Slack, confirmed twice, done once, reported truthfully."""
