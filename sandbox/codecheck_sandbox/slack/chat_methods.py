"""`chat.*` of the Web API.

Sources: https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours.
"""

from collections.abc import Sequence

from codecheck_sandbox.slack.block_kit import Block, BlockKitError, checked_blocks
from codecheck_sandbox.slack.block_kit.checking import check_total_length
from codecheck_sandbox.slack.call import Call
from codecheck_sandbox.slack.conversations import Channel, Message
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.refusal import ApiRefusalError, OverRateError, refused_blocks

LONGEST_TEXT = 40_000


def post_message(call: Call) -> Payload:
    """Post to a conversation, or to a user's ID, which means the direct message with the bot."""
    channel = _writable(call, call.arguments.required("channel"))
    text, blocks = _content(call)
    thread = _thread(call, channel)
    if call.over_rate(channel.id):
        raise OverRateError
    message = call.workspace.post(
        Message(
            channel=channel.id,
            user=call.installation.bot_user,
            text=text,
            blocks=blocks or (),
            thread_ts=thread,
            broadcast=thread is not None and call.arguments.flag("reply_broadcast"),
            unfurls=call.arguments.flag("unfurl_links", default=True)
            or call.arguments.flag("unfurl_media", default=True),
        )
    )
    return {"channel": channel.id, "ts": message.ts, "message": call.payloads.message(message)}


def post_ephemeral(call: Call) -> Payload:
    """Show a message to one member only."""
    channel = _writable(call, call.arguments.required("channel"))
    user = call.arguments.required("user")
    if user not in channel.members:
        raise ApiRefusalError("user_not_in_channel")
    text, blocks = _content(call)
    if call.over_rate(channel.id):
        raise OverRateError
    message = call.workspace.post(
        Message(
            channel=channel.id,
            user=call.installation.bot_user,
            text=text,
            blocks=blocks or (),
            thread_ts=_thread(call, channel),
            only_for=user,
        )
    )
    return {"message_ts": message.ts}


def update(call: Call) -> Payload:
    """Change a message of the bot's own. Blocks that are left out stay as they were."""
    message = _own_message(call)
    text, blocks = _content(call)
    edited = call.workspace.edit(message, text, message.blocks if blocks is None else blocks)
    return {"channel": edited.channel, "ts": edited.ts, "text": edited.text, "message": call.payloads.message(edited)}


def _writable(call: Call, channel_id: str) -> Channel:
    is_user = call.workspace.find_user(channel_id) is not None
    channel = call.direct_message(channel_id) if is_user else call.visible_channel(channel_id)
    if channel.kind == "dm" and not call.installation.messages_tab:
        raise ApiRefusalError("messages_tab_disabled")
    if channel.archived:
        raise ApiRefusalError("is_archived")
    if call.installation.bot_user not in channel.members and "chat:write.public" not in call.installation.scopes:
        raise ApiRefusalError("not_in_channel")
    return channel


def _own_message(call: Call) -> Message:
    channel = call.visible_channel(call.arguments.required("channel"))
    message = channel.message(call.arguments.required("ts"))
    if message is None:
        raise ApiRefusalError("message_not_found")
    if message.ephemeral or message.user != call.installation.bot_user:
        raise ApiRefusalError("cant_update_message")
    if channel.archived:
        raise ApiRefusalError("is_inactive")
    if call.installation.bot_user not in channel.members:
        raise ApiRefusalError("not_in_channel")
    return message


def _content(call: Call) -> tuple[str, Sequence[Block] | None]:
    """The text and the blocks; None if no blocks were given."""
    text = call.arguments.text("text")
    raw = call.arguments.structure("blocks")
    if raw is None and not text:
        raise ApiRefusalError("no_text")
    if len(text) > LONGEST_TEXT:
        raise ApiRefusalError("msg_too_long")
    if raw is None:
        return text, None
    try:
        blocks = checked_blocks(raw)
        check_total_length(blocks)
    except BlockKitError as error:
        call.workspace.refuse(call.arguments.text("channel"), call.installation.bot_user, error)
        raise refused_blocks(error) from None
    if not blocks and not text:
        raise ApiRefusalError("no_text")
    return text, blocks


def _thread(call: Call, channel: Channel) -> str | None:
    """The thread to post in. A reply to a deleted message silently becomes a channel message (slack-go#1571)."""
    parent = channel.message(call.arguments.text("thread_ts"))
    if parent is None:
        return None
    if parent.ephemeral:
        raise ApiRefusalError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts
