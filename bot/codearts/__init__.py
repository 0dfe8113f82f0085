"""All that knows CodeArts Check: signing in, deleting a task, looking one up, and reading what it answers."""
