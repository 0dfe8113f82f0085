"""Every setting: read once from the environment, secret files and codecheck.toml, checked, and then frozen.

`model` says what there is to set; `loading` reads it; `checks` say what a value must look like; `faults` are what a
person gets to read when one does not. Nothing is read at import time, and nothing else in the bot reads settings.
"""

from bot.settings.faults import Fault, SettingsError
from bot.settings.loading import load_settings
from bot.settings.model import AccessKey, IamUser, Settings
from bot.settings.rows import SettingRow, setting_rows

__all__ = ["AccessKey", "Fault", "IamUser", "SettingRow", "Settings", "SettingsError", "load_settings", "setting_rows"]
