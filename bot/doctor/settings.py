"""What in the settings works, but probably not as somebody expects."""

from bot.doctor.check import Check, Grade
from bot.settings import Settings, notices_of


async def look_at_settings(settings: Settings) -> list[Check]:
    """The notices about valid settings; faults of others end the doctor before it looks."""
    checks = [
        Check("settings", Grade.WARNING, f"{notice.where} {notice.what}", notice.hint)
        for notice in notices_of(settings)
    ]
    return checks or [Check("settings", Grade.OK, "all are valid")]
