"""Voice apps that `<Dial><Application>` connects callers to."""

from ringback.model.record import ApplicationRecord
from ringback.store import table
from ringback.store.repository import Repository


class ApplicationRepository(Repository[ApplicationRecord]):
    table = table.application
    kind = ApplicationRecord
