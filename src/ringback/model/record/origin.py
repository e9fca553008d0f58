"""Where an entry of the configuration came from."""

from enum import StrEnum


class Origin(StrEnum):
    """Where an entry came from: what the settings file no longer names is removed when it came from the file."""

    FILE = "file"
    API = "api"
