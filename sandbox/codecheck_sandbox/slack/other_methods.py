"""The Web API beside `chat.*`: who am I, who is that, which conversation is this, open a view.

Sources: https://docs.slack.dev/reference/methods
"""

from codecheck_sandbox.slack.block_kit import BlockKitError, Modal, checked_view
from codecheck_sandbox.slack.call import Call
from codecheck_sandbox.slack.conversations import User
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.refusal import ApiRefusalError, refused_blocks

_SCOPES_BY_KIND = {
    "public": ("channels:read",),
    "private": ("groups:read",),
    "dm": ("im:read",),
}


def auth_test(call: Call) -> Payload:
    """Whose token this is."""
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.domain,
        "user": call.installation.name,
        "team_id": call.workspace.team_id,
        "user_id": call.installation.bot_user,
        "bot_id": call.installation.bot_id,
        "is_enterprise_install": False,
    }


def users_info(call: Call) -> Payload:
    """A user, without their custom profile fields: those are `users.profile.get`'s."""
    user = _user(call)
    profile = _profile(call, user)
    return {
        "user": {
            "id": user.id,
            "team_id": user.team_id,
            "name": user.name,
            "real_name": user.real_name,
            "deleted": user.deleted,
            "tz": user.tz,
            "profile": profile,
            "is_admin": user.is_admin,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": user.is_ultra_restricted,
            "is_bot": user.is_bot,
            "is_email_confirmed": user.is_email_confirmed,
            "is_stranger": user.team_id != call.workspace.team_id,
        }
    }


def users_profile_get(call: Call) -> Payload:
    """A user's profile, with its custom fields by their ID."""
    user = _user(call)
    fields = {name: {"value": value, "alt": ""} for name, value in user.profile_fields.items()}
    return {"profile": _profile(call, user) | {"fields": fields}}


def usergroups_users_list(call: Call) -> Payload:
    """The members of a user group."""
    members = call.workspace.usergroups.get(call.arguments.required("usergroup"))
    if members is None:
        raise ApiRefusalError("no_such_subteam")
    return {"users": list(members)}


def conversations_open(call: Call) -> Payload:
    """Open the direct message with one person."""
    channel = call.direct_message(call.arguments.required("users"))
    return {"channel": {"id": channel.id}}


def conversations_info(call: Call) -> Payload:
    """A conversation; which scope that needs depends on its kind."""
    channel = call.visible_channel(call.arguments.required("channel"))
    call.installation.require(_SCOPES_BY_KIND[channel.kind])
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_channel": channel.kind == "public",
            "is_group": channel.kind == "private",
            "is_im": channel.kind == "dm",
            "is_private": channel.kind != "public",
            "is_archived": channel.archived,
            "is_member": call.installation.bot_user in channel.members,
        }
    }


def views_open(call: Call) -> Payload:
    """Open a modal, in exchange for a trigger ID."""
    trigger_id = call.arguments.required("trigger_id")
    modal = _modal(call)
    user = call.triggers.exchange(trigger_id)
    return {"view": call.payloads.view(call.workspace.open_view(user, modal))}


def views_update(call: Call) -> Payload:
    """Change an open modal."""
    modal = _modal(call)
    view = call.workspace.view(call.arguments.required("view_id"))
    if view is None:
        raise ApiRefusalError("not_found")
    if call.arguments.text("hash") not in {"", view.hash}:
        raise ApiRefusalError("hash_conflict")
    return {"view": call.payloads.view(call.workspace.change_view(view, modal))}


def _modal(call: Call) -> Modal:
    try:
        return checked_view(call.arguments.structure("view"))
    except BlockKitError as error:
        call.workspace.refuse("", call.installation.bot_user, error)
        raise refused_blocks(error) from None


def _user(call: Call) -> User:
    user = call.workspace.users.get(call.arguments.required("user"))
    if user is None:
        raise ApiRefusalError("user_not_found")
    return user


def _profile(call: Call, user: User) -> Payload:
    profile: Payload = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if "users:read.email" in call.installation.scopes and user.email:
        profile["email"] = user.email
    return profile
