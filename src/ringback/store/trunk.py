"""Carriers."""

from ringback.model.record import TrunkRecord
from ringback.store import table
from ringback.store.repository import Repository


class TrunkRepository(Repository[TrunkRecord]):
    table = table.trunk
    kind = TrunkRecord
