"""Block Kit as Slack checks it: what is accepted becomes typed blocks, what is refused is told with what and where.

A layout block, element or key that is not modelled here is refused as unknown; Slack has more than the bot uses.
"""

from codecheck_sandbox.slack.block_kit.blocks import Block
from codecheck_sandbox.slack.block_kit.checking import BlockKitError, Problem, checked_blocks, checked_view
from codecheck_sandbox.slack.block_kit.elements import Button, Element
from codecheck_sandbox.slack.block_kit.views import Modal

__all__ = ["Block", "BlockKitError", "Button", "Element", "Modal", "Problem", "checked_blocks", "checked_view"]
