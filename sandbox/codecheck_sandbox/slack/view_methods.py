"""`views.*` of the Web API: modals, and the Home tab.

Sources: https://docs.slack.dev/reference/methods/views.open, views.update, views.publish
"""

from collections.abc import Callable
from typing import TypeVar

from pydantic import JsonValue

from codecheck_sandbox.slack.block_kit import BlockKitError, Problem, checked_home, checked_modal
from codecheck_sandbox.slack.call import Call
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.refusal import ApiRefusalError, refused_blocks

_View = TypeVar("_View")


def views_open(call: Call) -> Payload:
    """Open a modal, in exchange for a trigger ID."""
    trigger_id = call.arguments.required("trigger_id")
    modal = _view(call, checked_modal)
    user = call.triggers.exchange(trigger_id)
    return {"view": call.payloads.view(call.workspace.open_view(user, modal))}


def views_update(call: Call) -> Payload:
    """Change an open modal."""
    modal = _view(call, checked_modal)
    view = call.workspace.view(call.arguments.required("view_id"))
    if view is None:
        raise ApiRefusalError("not_found")
    if call.arguments.text("hash") not in {"", view.hash}:
        raise ApiRefusalError("hash_conflict")
    return {"view": call.payloads.view(call.workspace.change_view(view, modal))}


def views_publish(call: Call) -> Payload:
    """Show something on a person's Home tab."""
    user = call.workspace.find_user(call.arguments.required("user_id"))
    if user is None:
        raise refused_blocks(BlockKitError("invalid_arguments", [Problem("invalid `user_id`", "/user_id")]))
    home = _view(call, checked_home)
    if not call.installation.home_tab:
        raise ApiRefusalError("not_enabled")
    known = call.workspace.homes.get(user.id)
    if (wanted := call.arguments.text("hash")) and (known is None or known.hash != wanted):
        raise ApiRefusalError("hash_conflict")
    return {"view": call.payloads.view(call.workspace.publish_home(user.id, home))}


def _view(call: Call, checked: Callable[[JsonValue], _View]) -> _View:
    try:
        return checked(call.arguments.structure("view"))
    except BlockKitError as error:
        call.workspace.refuse("", call.installation.bot_user, error)
        raise refused_blocks(error) from None
