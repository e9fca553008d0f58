"""When an entry of the configuration was made and changed."""

from datetime import UTC, datetime

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment of an entry that was never given one."""
