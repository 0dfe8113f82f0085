"""Whether anybody can use the bot as it is set up."""

from bot.doctor.check import Check, Grade
from bot.settings import Settings


async def look_at_people(settings: Settings) -> list[Check]:
    """The operators, and whether everyone in `[allow] users` has one."""
    derived = settings.operators_from.email_domain or settings.operators_from.profile_field
    if not settings.operators and not derived:
        where = settings.config or "codecheck.toml"
        return [
            Check(
                "operators",
                Grade.FAULT,
                "nobody has one, so everybody is refused",
                f"List people under [operators] in {where}.",
            )
        ]
    others = ", others have it from their Slack profile" if derived else ""
    checks = [Check("operators", Grade.OK, f"{len(settings.operators)} people have one{others}")]
    if not derived and (without := sorted(settings.allow.users - settings.operators.keys())):
        checks.append(
            Check(
                "allowed users",
                Grade.WARNING,
                f"{', '.join(without)} may ask, but without an operator they are refused",
                "List them under [operators] as well.",
            )
        )
    return checks
