"""The IDs by which Slack reports what people typed and pressed. Deployments and tests rely on them."""

COMMAND = "/codecheck"

# A prompt's buttons: `deletion.review`, `.confirm`, `.withdraw`, `.break_glass`, `.cancel`, `.stop`, `.decline`.
DELETION = "deletion"
PAGE = "page"  # `page.older`, `page.newer`: the value is the subcommand that shows that page
TYPED = "deletion.typed"  # the modal in which the task's name or ID is typed
TASK_ID = "task_id"  # its input
DECLINED = "deletion.declined"  # the modal that asks why the task should stay
GLASS_BROKEN = "deletion.glass_broken"  # the modal that asks an admin why they confirm alone
REASON_GIVEN = "deletion.reason"  # the modal that asks the requester why it should be deleted
REASON = "reason"  # the input of these three modals
