"""Block Kit as Slack checks it: valid JSON becomes typed blocks, an error says what is wrong and where.

A layout block, element or key that is not modelled here is refused as unknown; Slack has more than the bot uses.
"""

from codecheck_sandbox.slack.block_kit.blocks import Block
from codecheck_sandbox.slack.block_kit.checking import (
    BlockKitError,
    Problem,
    checked_blocks,
    checked_home,
    checked_modal,
)
from codecheck_sandbox.slack.block_kit.elements import Button, Element
from codecheck_sandbox.slack.block_kit.views import Home, Modal

__all__ = [
    "Block",
    "BlockKitError",
    "Button",
    "Element",
    "Home",
    "Modal",
    "Problem",
    "checked_blocks",
    "checked_home",
    "checked_modal",
]
