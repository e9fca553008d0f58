"""The settings file (`ringback.toml`) as one frozen object, and what is wrong with one that cannot be used. Pure.

Public names:
- `Settings`: `.sip .media .http .store .account .domain .number .trunk .application .limits .log`, as in the file;
  `.media_address`; `.warnings()` are sentences about what is allowed and probably not meant. Secrets are pydantic's
  `SecretStr`.
- `settings_from_toml(text, environ)`, `settings_from_mapping(values, environ)`: raise `SettingsError(problems)`.
- `SipListen(transport, host, port)`, `HostPort(host, port)`: parsed addresses; `str()` writes them as in the file.
- `PortRange(first, last)`: `settings.media.ports`.
- `settings_table()`: every setting with name, type, default and help; `docs/reference/settings.md` is made from it.
"""

from ringback.model.settings.address import HostPort, PortRange, SipListen
from ringback.model.settings.errors import SettingProblem, SettingsError
from ringback.model.settings.load import settings_from_mapping, settings_from_toml
from ringback.model.settings.settings import Settings
from ringback.model.settings.table import SettingRow, settings_table

__all__ = [
    "HostPort",
    "PortRange",
    "SettingRow",
    "SettingProblem",
    "Settings",
    "SettingsError",
    "SipListen",
    "settings_from_mapping",
    "settings_from_toml",
    "settings_table",
]
