"""What is said of the brakes: a freeze, and a limit that refuses confirmations."""

from bot.domain.brakes import Brake, Burst, Freeze
from bot.slack.views.message import Message, message, section
from bot.slack.views.text import escape, mention, moment, outside


def frozen(freeze: Freeze) -> str:
    """Who froze everything, when, and why."""
    why = f" Reason: {outside(freeze.why)}" if freeze.why else ""
    return f":snowflake: Deletions are frozen by {mention(freeze.by)} since {moment(freeze.at)}.{why}"


def refused_by(brake: Brake) -> str:
    """Why nothing was done, and what to do."""
    match brake:
        case Freeze():
            return f"Nothing was deleted. {frozen(brake)}\nWhoever is in `admins` can end it: `/codecheck unfreeze`"
        case Burst(limit=limit, until=until, of_person=of_person):
            whose = "from your requests" if of_person else "by everybody together"
            return (
                f"Nothing was deleted: {limit} deletions have been confirmed {whose} in the past hour, which is the "
                f"limit. Try again after {moment(until)}: this request can be confirmed until it expires. "
                "Whoever runs this bot can change `[limits]` in `codecheck.toml`."
            )


def warning(burst: Burst) -> Message:
    """What an admin reads of a burst."""
    whose = f"of {mention(burst.requester)}" if burst.of_person else "of everybody together"
    text = (
        f":warning: The limit {whose} is reached: {burst.limit} deletions confirmed within an hour. "
        f"Further confirmations are refused until {moment(burst.until)}. "
        f"To stop all deletions: `/codecheck freeze {escape('<reason>')}`"
    )
    return message(text, section(text))
