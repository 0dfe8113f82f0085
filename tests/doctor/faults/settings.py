"""Faults of codecheck.toml: nobody can use the bot, confirm, or freeze."""

from tests.doctor.deployed import Deployed
from tests.doctor.planted import FAULT, WARNING, planted


@planted(
    "Nobody has an operator",
    "operators",
    FAULT,
    "nobody has one, so everyone is refused",
    "List people under [operators]",
)
async def _(here: Deployed) -> None:
    here.toml["operators"] = {}


@planted(
    "Nobody in `[allow] users` has an operator",
    "operators",
    FAULT,
    "nobody in [allow] users has one",
    "List them under [operators].",
)
async def _(here: Deployed) -> None:
    here.slack.user("U01CAROL", "carol")
    here.toml["allow"]["users"] = ["U01CAROL"]


@planted(
    "Someone in `[allow] users` has no operator",
    "operators",
    WARNING,
    "U01CAROL may ask, but without an operator they are refused",
    "List them under [operators].",
)
async def _(here: Deployed) -> None:
    here.slack.user("U01CAROL", "carol")
    here.toml["allow"]["users"] = ["U01ALICE", "U01CAROL"]


@planted(
    "A second person must confirm, and there is only one person",
    "second person",
    FAULT,
    "one person asks and 1 other confirms, but there are operators for only 1",
    "Add people to [operators] (and to [allow] users, if it is set), each with an operator of their own",
)
async def _(here: Deployed) -> None:
    here.toml["confirmation"] = {"second_step": "second_person"}
    here.toml["operators"] = {"U01ALICE": "alice"}


@planted(
    "A second person must confirm, and both people have one operator",
    "second person",
    FAULT,
    "but there are operators for only 1",
    "each with an operator of their own",
)
async def _(here: Deployed) -> None:
    here.toml["confirmation"] = {"second_step": "second_person"}
    here.toml["operators"] = {"U01ALICE": "quality", "U01BOB": "Quality"}


@planted(
    "A rule asks for a second person, and the only other one has left",
    "second person",
    FAULT,
    "but only 1 with different operators can",
    "or lower [second_person] confirmers.",
)
async def _(here: Deployed) -> None:
    here.rules = [{"match": {"names": ["release-*"]}, "second_step": "second_person"}]
    here.slack.user("U01BOB", "bob", deleted=True)


@planted(
    "More people must confirm than there are",
    "second person",
    FAULT,
    "one person asks and 2 others confirm, but there are operators for only 2",
    "or lower [second_person] confirmers.",
)
async def _(here: Deployed) -> None:
    here.toml["confirmation"] = {"second_step": "second_person"}
    here.toml["second_person"] = {"confirmers": 2}


@planted(
    "The members of the group that may ask are too few to confirm",
    "second person",
    FAULT,
    "but only 1 with different operators can",
    "or lower [second_person] confirmers.",
)
async def _(here: Deployed) -> None:
    here.toml["confirmation"] = {"second_step": "second_person"}
    here.slack.usergroup("S01CI", [here.slack.user("U01ALICE", "alice")])
    here.toml["allow"]["usergroups"] = ["S01CI"]


@planted(
    "Nobody who is asked to confirm may do so",
    "second person",
    FAULT,
    "nobody in [second_person] ask can confirm",
    "List people there who are active members with an operator",
)
async def _(here: Deployed) -> None:
    here.toml["confirmation"] = {"second_step": "second_person"}
    here.slack.usergroup("S01CI", [here.slack.user("U01CAROL", "carol")])
    here.slack.user("U01DAVE", "dave", deleted=True)
    here.toml["operators"] = {"U01ALICE": "alice", "U01BOB": "bob", "U01DAVE": "dave"}
    here.toml["second_person"] = {"ask": ["S01CI", "U01DAVE"]}


@planted(
    "A rule protects every task",
    "rules",
    FAULT,
    "[[rules]] entry 1 protects every task",
    "Say by match which tasks it protects.",
)
async def _(here: Deployed) -> None:
    here.rules = [{"match": {"names": ["*"], "channels": ["C*"]}, "protect": True}]


@planted(
    "A rule can never match, since no task ID looks like that",
    "rules",
    WARNING,
    "[[rules]] entry 1 never matches",
    "Write IDs in tasks, and names in names.",
)
async def _(here: Deployed) -> None:
    here.rules = [{"match": {"tasks": ["release gate"]}, "warn": "Careful."}]


@planted(
    "A rule can never match, since its channel is not allowed",
    "settings",
    WARNING,
    "[[rules]] entry 1 never matches: its channels are not among those of [allow]",
    "Correct its channels, or take it out.",
)
async def _(here: Deployed) -> None:
    here.slack.channel("C01OTHER", "other", members=[])
    here.rules = [{"match": {"channels": ["C01OTHER"]}, "warn": "Careful."}]


@planted(
    "There are no admins, so nobody can freeze",
    "admins",
    WARNING,
    "there are none",
    "List people under [allow] admins.",
)
async def _(here: Deployed) -> None:
    here.toml["allow"]["admins"] = []


@planted(
    "The only admin has left",
    "admins",
    FAULT,
    "none of them can freeze or unfreeze",
    "List people under [allow] admins.",
)
async def _(here: Deployed) -> None:
    here.slack.user("U01ALICE", "alice", deleted=True)


@planted(
    "Whether enough people can confirm only shows in Slack profiles",
    "second person",
    WARNING,
    "cannot tell: one person asks and 1 other confirms; 0 are known to be able to",
    "or lower [second_person] confirmers.",
)
async def _(here: Deployed) -> None:
    here.slack.installation.grant("users:read.email")
    here.toml["operators"] = {}
    here.toml["operators_from"] = {"email_domain": "example.com"}
    here.toml["confirmation"] = {"second_step": "second_person"}


@planted(
    "An admin is a guest, and so is the other one",
    "admins",
    FAULT,
    "none of them can freeze or unfreeze",
    "List people under [allow] admins.",
)
async def _(here: Deployed) -> None:
    here.toml["allow"]["admins"] = ["U01ALICE", "U01BOB"]
    here.slack.user("U01ALICE", "alice", is_restricted=True)
    here.slack.user("U01BOB", "bob", is_ultra_restricted=True)
