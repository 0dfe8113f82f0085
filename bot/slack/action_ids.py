"""The names by which Slack sends back what people press and type. README and the sandbox rely on them."""

DELETION = "deletion"  # a prompt's buttons: `deletion.review`, `.confirm`, `.cancel`, `.stop`, `.decline`
PAGE = "page"  # `page.older`, `page.newer`: the value is the subcommand that shows that page
TYPED = "deletion.typed"  # the modal in which the task's name or ID is typed
TASK_ID = "task_id"  # its input
