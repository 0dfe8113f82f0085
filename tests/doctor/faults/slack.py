"""Faults of the Slack app, its people, groups and channels."""

from codecheck_sandbox.slack import Enterprise
from codecheck_sandbox.slack.faults import ApiError, Drop, Reply, ServerError
from tests.doctor.deployed import CHANNEL, Deployed
from tests.doctor.planted import DEAD, FAULT, WARNING, planted

_RENEW = "Take them out of the settings, or put in who has taken over."


@planted(
    "The bot token was revoked",
    "bot token",
    FAULT,
    "Slack answered token_revoked",
    "and set SLACK_BOT_TOKEN to its Bot User OAuth Token.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.refuse_bot_token("token_revoked")


@planted(
    "Slack cannot be reached",
    "bot token",
    FAULT,
    "Slack refused the connection.",
    "Check the endpoint, the network and the proxy.",
)
async def _(here: Deployed) -> None:
    here.environ["SLACK_API_URL"] = f"{DEAD}/api/"


@planted(
    "Slack cuts every connection",
    "bot token",
    FAULT,
    "was lost before the answer came",
    "The endpoint is SLACK_API_URL.",
)
async def _(here: Deployed) -> None:
    here.slack.faults.fail_always("auth.test", Drop())


@planted(
    "A proxy answers in Slack's place",
    "bot token",
    FAULT,
    "Slack answered HTTP 502",
    "Try again; if it stays so, check the proxy.",
)
async def _(here: Deployed) -> None:
    here.slack.faults.fail_always("auth.test", Reply(502, "<html>Bad gateway</html>"))


@planted(
    "The proxy to Slack does not work",
    "bot token",
    FAULT,
    "The proxy could not be used to reach Slack.",
    "Check HTTPS_PROXY and NO_PROXY, and what the proxy lets through.",
)
async def _(here: Deployed) -> None:
    here.environ |= {"SLACK_API_URL": "https://slack.com/api/", "HTTPS_PROXY": DEAD}


@planted(
    "The app lacks `chat:write`",
    "scopes",
    FAULT,
    "the app lacks chat:write",
    "Paste the output of `codecheck-bot manifest",
)
async def _(here: Deployed) -> None:
    here.slack.installation.withdraw("chat:write")


@planted(
    "A setting needs a scope that the app lacks",
    "scopes",
    FAULT,
    "the app lacks users.profile:read, users:read.email",
    "Paste the output of `codecheck-bot manifest --with email --with profile",
)
async def _(here: Deployed) -> None:
    here.slack.installation.withdraw("users:read.email", "users.profile:read")
    here.toml["operators_from"] = {"email_domain": "example.com", "profile_field": "Xf01ABC"}


@planted(
    "A user group is asked to confirm, and the app may not see who is in it",
    "scopes",
    FAULT,
    "the app lacks usergroups:read",
    "Paste the output of `codecheck-bot manifest --with usergroups`",
)
async def _(here: Deployed) -> None:
    here.slack.installation.withdraw("usergroups:read")
    here.slack.usergroup("S01CI", [here.slack.user("U01BOB", "bob")])
    here.toml["second_person"] = {"ask": ["S01CI"]}


@planted(
    "Something takes the header `x-oauth-scopes` away",
    "scopes",
    WARNING,
    "cannot tell: Slack's answer has no header x-oauth-scopes",
    "A proxy between the bot and Slack may have taken the header away.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.tells_scopes = False


@planted(
    "The app token was revoked",
    "requests",
    FAULT,
    "Slack answered invalid_auth to the app token",
    "Make an app-level token with connections:write under Basic Information, and switch Socket Mode on.",
)
async def _(here: Deployed) -> None:
    here.environ["SLACK_APP_TOKEN"] = "xapp-1-another"


@planted(
    "The app token is another app's",
    "requests",
    FAULT,
    "SLACK_APP_TOKEN belongs to the app A0STAGING1",
    "Copy both tokens from the same app.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.app_token = here.environ["SLACK_APP_TOKEN"] = "xapp-1-A0STAGING1-42-c0ffee"


@planted(
    "The signing secret does not look like one",
    "requests",
    WARNING,
    "SLACK_SIGNING_SECRET does not look like one",
    "Copy the Signing Secret from Basic Information",
)
async def _(here: Deployed) -> None:
    here.environ["SLACK_SIGNING_SECRET"] = "A0123456789.0123456789"  # the app's client ID, say


@planted(
    "Slack does not know a user",
    "people",
    FAULT,
    "Slack does not know U01CARL in [allow] admins (user_not_found)",
    "Correct the ID.",
)
async def _(here: Deployed) -> None:
    here.toml["allow"]["admins"] = ["U01ALICE", "U01CARL"]


@planted("A user has left", "people", WARNING, "U01BOB in [operators] has left", _RENEW)
async def _(here: Deployed) -> None:
    here.slack.user("U01BOB", "bob", deleted=True)


@planted("A user is a guest", "people", WARNING, "U01BOB in [operators] is a guest, and is refused", _RENEW)
async def _(here: Deployed) -> None:
    here.slack.user("U01BOB", "bob", is_restricted=True)


@planted("A user is a bot", "people", WARNING, "U01BOB in [operators] is a bot, and is refused", _RENEW)
async def _(here: Deployed) -> None:
    here.slack.user("U01BOB", "bob", is_bot=True)


@planted(
    "A user belongs to another workspace",
    "people",
    WARNING,
    "U01EVE in [second_person] ask belongs to another workspace",
    _RENEW,
)
async def _(here: Deployed) -> None:
    here.toml["confirmation"] = {"second_step": "second_person"}
    here.toml["second_person"] = {"ask": ["U01EVE"]}
    here.slack.user("U01EVE", "eve", team_id="T9OTHER")


@planted(
    "Slack does not answer about people",
    "people",
    WARNING,
    "cannot tell: 2 people could not be looked up (Slack did not answer users.info (ratelimited))",
    "try again in a minute.",
)
async def _(here: Deployed) -> None:
    here.slack.faults.fail_always("users.info", ApiError("ratelimited"))


@planted(
    "The app may not look up people",
    "people",
    WARNING,
    "cannot tell: 2 people could not be looked up (the app lacks users:read)",
    "see scopes.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.withdraw("users:read")


@planted(
    "Slack does not know a user group",
    "user groups",
    FAULT,
    "Slack does not know S01GONE in [allow] usergroups, or it is disabled",
    "Correct the ID, or enable the group.",
)
async def _(here: Deployed) -> None:
    here.toml["allow"] |= {"usergroups": ["S01GONE"], "users": ["U01ALICE"]}


@planted(
    "A user group was disabled",
    "user groups",
    FAULT,
    "Slack does not know S01CI in [second_person] ask, or it is disabled",
    "Correct the ID, or enable the group.",
)
async def _(here: Deployed) -> None:
    here.slack.usergroup("S01CI", [here.slack.user("U01ALICE", "alice")], disabled=True)
    here.toml["second_person"] = {"ask": ["S01CI"]}


@planted(
    "Where the app is installed for a whole organisation, Slack shows a user group only by its workspace",
    "user groups",
    WARNING,
    "cannot tell: Slack shows user groups by workspace",
    "Look in Slack at S01CI.",
)
async def _(here: Deployed) -> None:
    here.slack.join_enterprise(Enterprise(org_wide=True))
    here.slack.usergroup("S01CI", [here.slack.user("U01BOB", "bob")])
    here.toml["allow"]["usergroups"] = ["S01CI"]


@planted(
    "The only group that may ask is empty",
    "user groups",
    FAULT,
    "S01CI in [allow] usergroups is empty, so nobody may ask",
    "Add people to it, or to [allow] users.",
)
async def _(here: Deployed) -> None:
    here.slack.usergroup("S01CI", [])
    here.toml["allow"]["usergroups"] = ["S01CI"]


@planted(
    "A group that is asked to confirm is empty",
    "user groups",
    WARNING,
    "S01CI in [second_person] ask is empty",
    "Add people to it, or take it out.",
)
async def _(here: Deployed) -> None:
    here.slack.usergroup("S01CI", [])
    here.toml["second_person"] = {"ask": ["S01CI"]}


@planted(
    "Slack does not know a channel, or does not show it",
    "channels",
    FAULT,
    "C01GONE in [notify] channels does not exist, or is private and the bot is not in it",
    "Correct the ID, or: invite the bot there: /invite @codecheck-bot.",
)
async def _(here: Deployed) -> None:
    here.toml["notify"] = {"channels": [CHANNEL, "C01GONE"]}


@planted(
    "The bot is not in a channel that it should notify",
    "channels",
    FAULT,
    "the bot is not in C01AUDIT in [notify] channels, so it cannot post",
    "Invite the bot there: /invite @codecheck-bot.",
)
async def _(here: Deployed) -> None:
    here.slack.channel("C01AUDIT", "audit", members=[], with_bot=False)
    here.toml["notify"] = {"channels": ["C01AUDIT"]}


@planted(
    "The bot is not in an allowed channel, where others must see prompts",
    "channels",
    FAULT,
    "the bot is not in C01OTHER in [allow] channels: nobody else sees a prompt there",
    "Invite the bot there: /invite @codecheck-bot.",
)
async def _(here: Deployed) -> None:
    here.slack.channel("C01OTHER", "other", members=[], with_bot=False)
    here.toml["allow"]["channels"] = [CHANNEL, "C01OTHER"]
    here.toml["confirmation"] = {"second_step": "second_person"}


@planted(
    "The bot is not in an allowed channel, where a rule asks for a second person",
    "channels",
    FAULT,
    "the bot is not in C01OTHER in [allow] channels: nobody else sees a prompt there",
    "Invite the bot there: /invite @codecheck-bot.",
)
async def _(here: Deployed) -> None:
    here.slack.channel("C01OTHER", "other", members=[], with_bot=False)
    here.toml["allow"]["channels"] = [CHANNEL, "C01OTHER"]
    here.rules = [{"match": {"channels": ["C01O*"], "names": ["release-*"]}, "second_step": "second_person"}]


@planted(
    "The bot is not in an allowed channel",
    "channels",
    WARNING,
    "the bot is not in C01OTHER in [allow] channels, so prompts there are shown only to the person who asks",
    "Invite the bot there: /invite @codecheck-bot.",
)
async def _(here: Deployed) -> None:
    here.slack.channel("C01OTHER", "other", members=[], with_bot=False)
    here.toml["allow"]["channels"] = [CHANNEL, "C01OTHER"]


@planted("A channel is archived", "channels", FAULT, f"{CHANNEL} in [notify] channels is archived", "Correct the ID.")
async def _(here: Deployed) -> None:
    here.slack.workspace.channels[CHANNEL].archived = True


@planted(
    "The app may not look at channels (it need not, for its work)",
    "channels",
    WARNING,
    f"cannot tell whether the bot is in {CHANNEL}: the app lacks channels:read",
    f"Look in Slack whether the bot is in {CHANNEL}.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.withdraw("channels:read", "groups:read")


@planted(
    "There are more people in the settings than doctor looks up",
    "people",
    WARNING,
    "cannot tell: only 200 of 201 people were looked up",
    "Look in Slack.",
)
async def _(here: Deployed) -> None:
    people = [here.slack.user(f"U02P{number:03}", f"person{number}") for number in range(199)]
    here.toml["operators"] |= {person.id: "shared" for person in people}


@planted(
    "Slack does not say whether Socket Mode opens",
    "requests",
    WARNING,
    "cannot tell: Socket Mode was not opened: HTTP 503",
    "See the bot token.",
)
async def _(here: Deployed) -> None:
    here.environ["SLACK_APP_TOKEN"] = here.slack.app_token
    here.slack.faults.fail_always("apps.connections.open", ServerError())


@planted(
    "The profile field of `[operators_from]` is empty for too many",
    "second person",
    FAULT,
    "but only 1 with different operators can",
    "or lower [second_person] confirmers.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.grant("users.profile:read")
    here.slack.user("U01ALICE", "alice", profile_fields={"Xf01ABC": "alice"})
    here.toml["operators"] = {}
    here.toml["allow"]["users"] = ["U01ALICE", "U01BOB"]
    here.toml["operators_from"] = {"profile_field": "Xf01ABC"}
    here.toml["confirmation"] = {"second_step": "second_person"}
