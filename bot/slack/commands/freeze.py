"""`/codecheck freeze [reason]` and `/codecheck unfreeze`."""

from bot.deletions.freezing import Braked, Braking
from bot.domain.command import Freeze
from bot.domain.policy import Reason
from bot.slack.inbound import CommandPayload
from bot.slack.views import answers, brakes
from bot.slack.views.message import Message


async def freeze(command: Freeze, typed: CommandPayload, braking: Braking) -> Message:
    """Stop everything."""
    done = await braking.freeze(typed.by, typed.channel, command.why)
    if done.freeze is None:
        return _refused(done, typed)
    return answers.told(brakes.froze(done.freeze, typed.by, changed=done.changed))


async def unfreeze(typed: CommandPayload, braking: Braking) -> Message:
    """Let everything go on."""
    done = await braking.unfreeze(typed.by, typed.channel)
    if done.reason is not Reason.ALLOWED:
        return _refused(done, typed)
    return answers.told("Deletions go on." if done.changed else "It was not frozen, so nothing was changed.")


def _refused(done: Braked, typed: CommandPayload) -> Message:
    return answers.refusal(done.reason, typed.by)
