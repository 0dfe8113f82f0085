"""The Web API's reading methods: about tokens, users, groups, bots and conversations.

Sources: https://docs.slack.dev/reference/methods
"""

from codecheck_sandbox.slack.call import Call
from codecheck_sandbox.slack.conversations import User
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.refusal import ApiRefusalError

_SCOPES_BY_KIND = {
    "public": ("channels:read",),
    "private": ("groups:read",),
    "dm": ("im:read",),
}


def auth_test(call: Call) -> Payload:
    """Whose token this is; for an app installed in a whole organisation, the team is the organisation."""
    enterprise = call.workspace.enterprise
    org_wide = bool(enterprise and enterprise.org_wide)
    answer: Payload = {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.domain,
        "user": call.installation.name,
        "team_id": call.workspace.team_id,
        "user_id": call.installation.bot_user,
        "bot_id": call.installation.bot_id,
        "is_enterprise_install": org_wide,
    }
    if enterprise:
        answer["enterprise_id"] = enterprise.id
        if org_wide:  # from memory: no documentation shows this answer
            answer |= {"team": enterprise.name, "team_id": enterprise.id}
    return answer


def users_info(call: Call) -> Payload:
    """A user, without their custom profile fields, which only `users.profile.get` returns."""
    user = _user(call)
    shown: Payload = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "profile": _profile(call, user),
        "is_admin": user.is_admin,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_email_confirmed": user.is_email_confirmed,
        "is_stranger": not call.workspace.has_member(user),
    }
    if call.arguments.flag("include_locale"):
        shown["locale"] = user.locale
    if call.workspace.enterprise and user.grid_id:
        shown["enterprise_user"] = {
            "id": user.grid_id,
            "enterprise_id": call.workspace.enterprise.id,
            "enterprise_name": call.workspace.enterprise.name,
            "is_admin": False,
            "is_owner": False,
            "teams": list(user.teams),
        }
    return {"user": shown}


def users_profile_get(call: Call) -> Payload:
    """A user's profile, with its custom fields by ID."""
    user = _user(call)
    fields = {name: {"value": value, "alt": ""} for name, value in user.profile_fields.items()}
    return {"profile": _profile(call, user) | {"fields": fields}}


def usergroups_list(call: Call) -> Payload:
    """The user groups; disabled ones only on request."""
    _require_team(call)
    groups = call.workspace.usergroups.values()
    shown = [group for group in groups if call.arguments.flag("include_disabled") or not group.disabled]
    return {
        "usergroups": [
            {"id": group.id, "handle": group.handle, "name": group.handle.title(), "date_delete": int(group.disabled)}
            for group in shown
        ]
    }


def usergroups_users_list(call: Call) -> Payload:
    """The members of a user group."""
    _require_team(call)
    group = call.workspace.usergroups.get(call.arguments.required("usergroup"))
    if group is None or (group.disabled and not call.arguments.flag("include_disabled")):
        raise ApiRefusalError("no_such_subteam")
    return {"users": list(group.members)}


def bots_info(call: Call) -> Payload:
    """The app's own bot, which is the only one."""
    if call.arguments.text("bot") != call.installation.bot_id:
        raise ApiRefusalError("bot_not_found")
    return {
        "bot": {
            "id": call.installation.bot_id,
            "deleted": False,
            "name": call.installation.name,
            "app_id": call.installation.app_id,
            "user_id": call.installation.bot_user,
        }
    }


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


def _require_team(call: Call) -> None:
    """With the token of a whole organisation, some methods must be told which workspace is meant."""
    enterprise = call.workspace.enterprise
    if enterprise and enterprise.org_wide and call.arguments.text("team_id") != call.workspace.team_id:
        raise ApiRefusalError("missing_argument")


def _user(call: Call) -> User:
    user = call.workspace.find_user(call.arguments.required("user"))
    if user is None:
        raise ApiRefusalError("user_not_found")
    return user


def _profile(call: Call, user: User) -> Payload:
    profile: Payload = {"real_name": user.real_name, "display_name": user.name, "team": user.team_id}
    if "users:read.email" in call.installation.scopes and user.email:
        profile["email"] = user.email
    return profile
