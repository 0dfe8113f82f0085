"""Everything that knows CodeArts Check: signing in, deleting a task, looking one up, and reading its answers."""
