"""API keys of accounts."""

from ringback.model.record import KeyRecord
from ringback.store import table
from ringback.store.repository import Repository


class KeyRepository(Repository[KeyRecord]):
    table = table.key
    kind = KeyRecord
