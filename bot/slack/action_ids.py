"""The names by which Slack says what people typed and pressed. Deployments and tests rely on them."""

COMMAND = "/codecheck"

DELETION = "deletion"  # a prompt's buttons: `deletion.review`, `.confirm`, `.cancel`, `.stop`, `.decline`
PAGE = "page"  # `page.older`, `page.newer`: the value is the subcommand that shows that page
TYPED = "deletion.typed"  # the modal in which the task's name or ID is typed
TASK_ID = "task_id"  # its input
DECLINED = "deletion.declined"  # the modal in which somebody says why the task should stay
REASON_GIVEN = "deletion.reason"  # the modal in which the requester says why it should be deleted
REASON = "reason"  # the input of both
