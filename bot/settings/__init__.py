"""Every setting: read once from the environment, secret files and codecheck.toml, checked, and frozen.

`model` defines the settings, with one file per group; `loading` reads them; `checks`, `urls` and `redis_url` say what
a value must look like; `faults` are what a person reads if it does not; `notices` are about valid values.
Nothing is read at import time, and nothing else in the bot reads settings.
"""

from bot.settings.faults import Fault, Notice, SettingsError
from bot.settings.loading import load_settings, load_store_settings
from bot.settings.model import AccessKey, IamUser, Settings, StoreSettings
from bot.settings.notices import notices_of
from bot.settings.tables import SettingRow, setting_rows

__all__ = [
    "AccessKey",
    "Fault",
    "IamUser",
    "Notice",
    "SettingRow",
    "Settings",
    "SettingsError",
    "StoreSettings",
    "load_settings",
    "load_store_settings",
    "notices_of",
    "setting_rows",
]
