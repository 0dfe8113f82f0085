"""Posts and edits the deletion's messages, with fallbacks if the bot cannot post in the conversation.

A message goes to the conversation itself (`chat.postMessage`), which needs the bot to be a member; otherwise to a
response_url, which does not; otherwise to the requester as a direct message. If Slack says "never", the next way is
tried. If it says "not now" (`DeliveryDelayedError`), the attempt ends, and the deletion is retried later. If Slack
refuses the app itself (a revoked token, a missing scope), only ways without a token are tried; if those fail too, the
message is kept.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import aiohttp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.asking import APPROVERS, GLASS, REMINDER
from bot.domain.confirmations import kind_of
from bot.domain.deletion import Deletion, Prompt, ResponseUrl
from bot.domain.errors import DeliveryDelayedError, OutOfSightError, UndeliverableError
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.next_step import REQUESTER, RESULT
from bot.domain.rate_limits import LimitReached
from bot.slack.channel_queues import ChannelQueues, Rank
from bot.slack.errors import check_response_url, web_api_errors
from bot.slack.fallback import Way, or_plainly, try_in_turn
from bot.slack.health import SlackHealth
from bot.slack.measured_call import measured_call
from bot.slack.transport.proxy import ProxyFor, directly
from bot.slack.views import announcement, calls, private, prompt
from bot.slack.views.from_deletion import Links, frozen_by, shown
from bot.slack.views.layout import Layout, drawn
from bot.slack.views.message import Message
from bot.slack.views.shown import Shown

_TRIGGER = 3.0  # seconds for which a trigger ID is valid; after that no modal opens
_ANSWER = 65_536  # bytes of a response_url's answer that are read

_IN_THREAD: Mapping[str, Callable[[Shown], Layout]] = {
    APPROVERS: calls.to_confirm,
    REMINDER: calls.reminder,
    GLASS: calls.glass_broken,
}


class SlackMessenger:
    """Implements `bot.deletions.ports.Messenger`.

    Args:
        client: the Web API, without retry handlers, since a repeated `chat.postMessage` is a second message.
        session: used for response_urls; it sets the time-out.
        links: addresses of prompts and tasks.
        health: remembers what Slack refuses to the app.
        proxy_for: which proxy to use for a response_url.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        links: Links,
        health: SlackHealth,
        proxy_for: ProxyFor = directly,
    ) -> None:
        self._client = client
        self._session = session
        self.links = links
        self._health = health
        self._proxy_for = proxy_for
        self._queues = ChannelQueues()

    async def show(self, deletion: Deletion, response_url: ResponseUrl | None) -> Prompt:
        """Post the prompt; see `Messenger.show`."""
        drawing = self._drawing(deletion)
        post = partial(self._post, deletion.channel, drawing, Rank.PROMPT, deletion.id)
        if kind_of(deletion.safeguards.second_step).by_others:
            try:
                return await try_in_turn([post])
            except UndeliverableError as refusal:
                raise OutOfSightError(str(refusal)) from refusal
        ways: list[Way[Prompt]] = [post]
        if response_url is not None:
            ways.append(partial(self._show_ephemerally, deletion, response_url))
        ways.append(partial(self._post, deletion.requester.id, drawing, Rank.PROMPT, deletion.id))
        return await try_in_turn(ways)

    async def redraw(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        """Edit the prompt; see `Messenger.redraw`."""
        at = deletion.delivery.prompt
        if at is not None:
            await self._edit(at, self._drawing(deletion), response_url)

    async def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Remove the buttons from a prompt; see `Messenger.retire`."""
        await self._edit(clicked, drawn(prompt.retired()), response_url)

    async def tell(self, deletion: Deletion, target: str, response_url: ResponseUrl | None) -> None:
        """Announce the deletion's state to a target; see `Messenger.tell`."""
        seen = self._shown(deletion)
        match target:
            case _ if target == RESULT:
                await self._tell_conversation(deletion, seen, response_url)
            case _ if target == REQUESTER:
                await self._tell_requester(deletion, calls.to_requester(seen), response_url)
            case _ if target in _IN_THREAD:
                layout = _IN_THREAD[target](seen)
                await self._tell_thread(deletion, layout, target, broadcast=target != REMINDER and not seen.asked)
            case channel:
                await try_in_turn(
                    [partial(self._post, channel, drawn(announcement.notice(seen)), Rank.NOTICE, deletion.id)]
                )

    async def _tell_conversation(self, deletion: Deletion, seen: Shown, response_url: ResponseUrl | None) -> None:
        announced = drawn(announcement.result(seen))
        post = partial(self._post, message=announced, rank=Rank.RESULT, key=deletion.id)
        ways: list[Way[object]] = []
        at = deletion.delivery.prompt
        if at is not None and not at.ephemeral:
            ways.append(partial(post, at.channel, thread_ts=at.ts, broadcast=deletion.ended))
            ways.append(partial(post, at.channel))  # the prompt may have been deleted
        elif at is None:
            ways.append(partial(post, deletion.channel))
        if response_url is not None:
            ways.append(partial(self._respond, response_url, announced, response_type="in_channel"))
        direct = drawn(announcement.result_by_direct_message(seen))
        ways.append(partial(self._post, deletion.requester.id, direct, Rank.RESULT, deletion.id))
        await try_in_turn(ways)

    async def _tell_thread(self, deletion: Deletion, layout: Layout, key: str, *, broadcast: bool) -> None:
        """Post in the prompt's thread. If it mentions nobody, broadcast it to the channel, so that people notice it."""
        at = deletion.delivery.prompt
        if at is None or at.ephemeral:
            raise UndeliverableError("there is no thread")
        post = partial(self._post, at.channel, drawn(layout), Rank.NOTICE, f"{deletion.id} {key}")
        await try_in_turn([partial(post, thread_ts=at.ts, broadcast=broadcast)])

    async def _tell_requester(self, deletion: Deletion, layout: Layout, response_url: ResponseUrl | None) -> None:
        """Post as a direct message, which notifies; if the app may not send one, in the thread.

        If there never was a prompt, the requester is still waiting for an answer in the conversation.
        """
        ways: list[Way[object]] = [
            partial(self._post, deletion.requester.id, drawn(layout), Rank.NOTICE, f"{deletion.id} requester")
        ]
        at = deletion.delivery.prompt
        if at is None and response_url is not None:
            ways.insert(0, partial(self._respond, response_url, drawn(layout)))
        if at is not None and not at.ephemeral:
            ways.append(
                partial(self._post, at.channel, drawn(layout), Rank.NOTICE, f"{deletion.id} thread", thread_ts=at.ts)
            )
        await try_in_turn(ways)

    async def warn(self, admin: str, limit: LimitReached, requester: SlackUser) -> None:
        """Tell an admin about a limit; see `Messenger.warn`."""
        warning = private.limit_reached(limit.limit, limit.until, requester if limit.per_person else None)
        await try_in_turn([partial(self._post, admin, drawn(warning), Rank.NOTICE, f"limit {limit.until}")])

    async def announce_freeze(self, channel: str, freeze: Freeze | None, by: SlackUser) -> None:
        """Tell a channel about the freeze; see `Messenger.announce_freeze`."""
        if freeze is None:
            message, key = calls.unfrozen(by.named), f"unfrozen {by.id}"
        else:
            message, key = calls.frozen(frozen_by(freeze)), f"frozen {freeze.at}"
        await try_in_turn([partial(self._post, channel, drawn(message), Rank.NOTICE, key)])

    async def answer_ephemerally(self, response_url: ResponseUrl, message: Message, *, in_place: bool = False) -> None:
        """Answer one person by an ephemeral message where they clicked, or `in_place` of the clicked message.

        Raises:
            DeliveryError: Slack did not accept it.
        """
        await self._respond(response_url, message, replace_original=in_place)

    async def answer_in(self, channel: str, user: str, message: Message) -> None:
        """Answer a person where they wrote: by a message in direct messages, elsewhere by an ephemeral message.

        Raises:
            DeliveryError: Slack did not accept it.
        """
        if channel.startswith("D"):
            await self._post(channel, message, Rank.NOTICE, f"answer {user}")
            return
        with self._health.calling("chat.postEphemeral"):
            await self._client.chat_postEphemeral(channel=channel, user=user, text=message.text, blocks=message.blocks)

    async def open_modal(self, trigger_id: str, view: View) -> None:
        """Open a modal for the person whose click or command `trigger_id` is.

        Raises:
            DeliveryError: Slack did not open it.
        """
        with self._health.calling("views.open"):
            async with asyncio.timeout(_TRIGGER):
                await self._client.views_open(trigger_id=trigger_id, view=view)

    async def publish_home(self, user: str, layout: Layout) -> None:
        """Show a layout on a person's Home tab, in place of what is there.

        Raises:
            DeliveryError: Slack did not accept it.
        """
        view = View(type="home", blocks=list(drawn(layout).blocks))
        with self._health.calling("views.publish"):
            await self._client.views_publish(user_id=user, view=view)

    def _drawing(self, deletion: Deletion) -> Message:
        return drawn(prompt.prompt(self._shown(deletion)))

    def _shown(self, deletion: Deletion) -> Shown:
        return shown(deletion, self.links)

    async def _edit(self, at: Prompt, message: Message, response_url: ResponseUrl | None) -> None:
        ways: list[Way[object]] = []
        if not at.ephemeral:
            ways.append(partial(self._update, at, message))
        if response_url is not None and response_url.edits_prompt:
            ways.append(partial(self._respond, response_url, message, replace_original=True))
        elif response_url is not None and at.ephemeral:  # a slash command's: it can only add a message
            ways.append(partial(self._respond, response_url, message))
        await try_in_turn(ways)

    async def _show_ephemerally(self, deletion: Deletion, response_url: ResponseUrl) -> Prompt:
        ephemeral = Prompt(deletion.channel)
        await self._respond(
            response_url, self._drawing(replace(deletion, delivery=replace(deletion.delivery, prompt=ephemeral)))
        )
        return ephemeral

    async def _post(  # noqa: PLR0913 - what goes where, and when
        self,
        channel: str,
        message: Message,
        rank: Rank,
        key: str,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> Prompt:
        """Post to a conversation, or to a person's direct messages if it is a user ID."""

        async def send(form: Message) -> Prompt:
            with self._health.calling("chat.postMessage"):
                posted = await self._client.chat_postMessage(
                    channel=channel,
                    text=form.text,
                    blocks=form.blocks,
                    thread_ts=thread_ts,
                    reply_broadcast=True if thread_ts and broadcast else None,
                    unfurl_links=False,
                    unfurl_media=False,
                )
                if not posted.get("ts"):
                    raise DeliveryDelayedError("unreadable answer")
            return Prompt(str(posted.get("channel") or channel), str(posted["ts"]))

        return await self._queues.send(channel, rank, f"post {key}", partial(or_plainly, send, message))

    async def _update(self, at: Prompt, message: Message) -> None:
        async def send(form: Message) -> None:
            with self._health.calling("chat.update"):  # without `blocks` Slack keeps the old ones, buttons included
                await self._client.chat_update(channel=at.channel, ts=at.ts, text=form.text, blocks=form.blocks)

        await self._queues.send(at.channel, Rank.PROMPT, f"edit {at.ts}", partial(or_plainly, send, message))

    async def _respond(
        self,
        response_url: ResponseUrl,
        message: Message,
        *,
        response_type: str = "ephemeral",
        replace_original: bool = False,
    ) -> None:
        async def send(form: Message) -> None:
            body = {
                "text": form.text,
                "blocks": form.blocks,
                "response_type": response_type,
                "replace_original": replace_original,
                "unfurl_links": False,
                "unfurl_media": False,
            }
            with measured_call("response_url"):
                with web_api_errors():  # slack_sdk's client for these follows redirects to anywhere
                    proxy = self._proxy_for(response_url.url)
                    async with self._session.post(
                        response_url.url, json=body, allow_redirects=False, proxy=proxy
                    ) as answer:
                        said = await answer.content.read(_ANSWER)
                check_response_url(answer.status, said.decode(errors="replace"), answer.headers)

        await or_plainly(send, message)
