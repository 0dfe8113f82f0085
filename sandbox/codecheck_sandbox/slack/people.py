"""People, as tests and the sandbox write conversations: `await alice.clicks("Cancel", on=prompt)`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, assert_never

from codecheck_sandbox.slack.block_kit import Block, Button
from codecheck_sandbox.slack.block_kit.blocks import Input, interactive_elements
from codecheck_sandbox.slack.block_kit.elements import PlainTextInput, StaticSelect
from codecheck_sandbox.slack.conversations import Channel, HomeTab, Message, User, View
from codecheck_sandbox.slack.interactions import Answer, Interactions
from codecheck_sandbox.slack.payloads import Payload


class NotPossibleError(AssertionError):
    """Slack's client would not let a person do this: no such button, not in this conversation, deactivated."""


class Person:
    """Someone with Slack open.

    Args:
        user: who.
        interactions: sends what they do to the app.
    """

    def __init__(self, user: User, interactions: Interactions) -> None:
        self.user = user
        self._interactions = interactions
        self._workspace = interactions.workspace

    @property
    def id(self) -> str:
        """The user's ID."""
        return self.user.id

    @property
    def dm(self) -> Channel:
        """The direct message between this person and the bot."""
        return self._workspace.direct_message(self._interactions.installation.bot_user, self.id)

    @property
    def views(self) -> list[View]:
        """The open modals, the one on top last."""
        return self._workspace.views_of(self.id)

    @property
    def view(self) -> View | None:
        """The modal on top; None if there is none."""
        return self.views[-1] if self.views else None

    @property
    def home(self) -> HomeTab | None:
        """What the app has published on their Home tab; None if nothing yet."""
        return self._workspace.homes.get(self.id)

    def sees(self, channel: Channel) -> list[Message]:
        """What they currently read in a conversation, oldest first; nothing if they have no access."""
        if channel.kind != "public" and self.id not in channel.members:
            return []
        return channel.visible_to(self.id)

    async def types(self, text: str, *, in_: Channel, thread: Message | None = None) -> Answer:
        """Type something and press Enter: a slash command, or a message to everyone.

        Args:
            text: what they type.
            in_: where.
            thread: the message in whose thread they type.

        Returns:
            What they see at once.

        Raises:
            NotPossibleError: they cannot post there.
        """
        self._must_be_in(in_)
        if in_.archived:
            raise NotPossibleError(f"#{in_.name} is archived: nobody can post there")
        if not text.startswith("/"):
            return Answer(message=self._interactions.write(self.user, in_, text, thread))
        command, _, rest = text.partition(" ")
        if thread is not None:
            return Answer(notice=f"{command} is not supported in threads. Sorry!")
        return await self._interactions.command(self.user, in_, command, rest.strip())

    async def clicks(self, label: str, *, on: Message | Channel | View | HomeTab, stale: bool = False) -> Answer:
        """Press a button, and "yes" if a confirm dialog asks.

        Args:
            label: what the button says.
            on: the message or view; or a conversation, for the latest message there that has the button.
            stale: press it on the message as given, although the screen would show a newer version by now.

        Returns:
            What they see at once: nothing, or Slack's notice that the app did not respond.

        Raises:
            NotPossibleError: they see no such button; the error lists those that they do see.
        """
        match on:
            case View() | HomeTab():
                button, block_id = _button(label, on.modal.blocks if isinstance(on, View) else on.home.blocks)
                return await self._interactions.click_in_view(self.user, on, button, block_id)
            case Message():
                channel = self._workspace.channels[on.channel]
                self._must_be_in(channel)
                message = on if stale else self._latest(channel, on)
            case Channel():
                self._must_be_in(on)
                message = self._latest_with(label, on)
            case _:
                assert_never(on)
        button, block_id = _button(label, message.blocks)
        return await self._interactions.click(self.user, message, button, block_id)

    async def presses(self, action_id: str, *, on: Message | View | HomeTab) -> Answer:
        """Press the button with an action ID, on the current message or view, as the sandbox's page does.

        Raises:
            NotPossibleError: they see no such button (any more).
        """
        if isinstance(on, HomeTab):
            button, block_id = _button(action_id, on.home.blocks, by=_action_id)
            return await self._interactions.click_in_view(self.user, on, button, block_id)
        if isinstance(on, View):
            shown = self._shown(on)
            button, block_id = _button(action_id, shown.modal.blocks, by=_action_id)
            return await self._interactions.click_in_view(self.user, shown, button, block_id)
        channel = self._workspace.channels[on.channel]
        self._must_be_in(channel)
        message = self._latest(channel, on)
        button, block_id = _button(action_id, message.blocks, by=_action_id)
        return await self._interactions.click(self.user, message, button, block_id)

    async def submits(self, values: Mapping[str, str], *, view: View | None = None) -> Answer:
        """Fill in a modal and press its submit button.

        Args:
            values: what they type or choose (text or an option's label), by the input's label or block_id.
            view: the modal; by default the one on top.

        Returns:
            What they see at once: nothing, the app's errors, or Slack's notice.

        Raises:
            NotPossibleError: there is no such modal or input, or the client does not accept the value.
        """
        shown = self._shown(view)
        known = {name for block in shown.modal.inputs for name in (block.block_id, block.label.text)}
        if unknown := values.keys() - known:
            raise NotPossibleError(f"the view has no input {sorted(unknown)}: {_labels(shown.modal.inputs)}")
        state: Payload = {}
        for block in shown.modal.inputs:
            block_id = block.block_id or ""
            value = values.get(block_id, values.get(block.label.text))
            state[block_id] = {block.element.action_id or "": _filled(block, value)}
        return await self._interactions.submit(self.user, shown, state)

    async def closes(self, view: View | None = None) -> None:
        """Close a modal; by default the one on top.

        Raises:
            NotPossibleError: there is no such modal.
        """
        self._workspace.close_view(self._shown(view))

    def opens_home(self) -> None:
        """Open the app's Home tab: what was published there last; the app gets an event if it has subscribed to it.

        Raises:
            NotPossibleError: the app has no Home tab.
        """
        self._opens("home", there=self._interactions.installation.home_tab)

    def opens_messages(self) -> None:
        """Open its Messages tab in the same way."""
        self._opens("messages", there=self._interactions.installation.messages_tab)

    def _opens(self, tab: Literal["home", "messages"], *, there: bool) -> None:
        if self.user.deleted or not there:
            raise NotPossibleError(f"{self.user.name} sees no {tab} tab")
        self._interactions.events.home_opened(self.user, self.dm, tab)

    def _must_be_in(self, channel: Channel) -> None:
        if self.user.deleted:
            raise NotPossibleError(f"{self.user.name} is deactivated and cannot do anything")
        if self.id not in channel.members:
            raise NotPossibleError(f"{self.user.name} is not in #{channel.name}")

    def _latest(self, channel: Channel, message: Message) -> Message:
        for seen in self.sees(channel):
            if seen.ts == message.ts:
                return seen
        raise NotPossibleError(f"{self.user.name} does not see the message {message.text!r} (any more)")

    def _latest_with(self, label: str, channel: Channel) -> Message:
        seen = self.sees(channel)
        for message in reversed(seen):
            if any(button.text.text == label for button, _ in _buttons(message.blocks)):
                return message
        raise _no_button(label, [block for message in seen for block in message.blocks])

    def _shown(self, view: View | None) -> View:
        shown = self.view if view is None else self._workspace.view(view.id)
        if shown is None or shown.user != self.id:
            raise NotPossibleError(f"{self.user.name} has no such modal open")
        return shown


def _buttons(blocks: Iterable[Block]) -> Iterator[tuple[Button, str]]:
    for block in blocks:
        for element in interactive_elements(block):
            if isinstance(element, Button):
                yield element, block.block_id or ""


def _label(button: Button) -> str:
    return button.text.text


def _action_id(button: Button) -> str:
    return button.action_id or ""


def _button(wanted: str, blocks: Iterable[Block], *, by: Callable[[Button], str] = _label) -> tuple[Button, str]:
    blocks = list(blocks)
    for button, block_id in _buttons(blocks):
        if by(button) == wanted:
            return button, block_id
    raise _no_button(wanted, blocks)


def _no_button(label: str, blocks: Iterable[Block]) -> NotPossibleError:
    labels = [button.text.text for button, _ in _buttons(blocks)]
    return NotPossibleError(f"there is no button {label!r}; the visible ones are: {labels or 'none'}")


def _labels(inputs: Iterable[Input]) -> str:
    return f"its inputs are {[block.label.text for block in inputs]}"


def _filled(block: Input, value: str | None) -> Payload:
    """What the client sends for one input, after its own checks."""
    element = block.element
    if value is None and isinstance(element, PlainTextInput):
        value = element.initial_value
    if not value and not block.optional:
        raise NotPossibleError(f"the client asks to fill in {block.label.text!r}")
    match element:
        case PlainTextInput():
            return {"type": element.type, "value": _within(element, value)}
        case StaticSelect():
            return {"type": element.type, "selected_option": value and _option(element, value)}
        case _:
            assert_never(element)


def _within(element: PlainTextInput, value: str | None) -> str | None:
    if value and not (element.min_length or 0) <= len(value) <= (element.max_length or 3000):
        raise NotPossibleError(f"the client does not accept {len(value)} characters here")
    return value or None


def _option(element: StaticSelect, label: str) -> Payload:
    for option in element.options:
        if option.text.text == label:
            return option.model_dump(exclude_none=True)
    raise NotPossibleError(f"there is no option {label!r}: {[option.text.text for option in element.options]}")
