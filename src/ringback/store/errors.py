"""What can go wrong with the store.

StoreError
├── StoreUnavailable   the database cannot be opened or migrated: local, said at start
├── StoreTooNew        the database was written by a newer Ringback
└── NodeTaken          another process that runs has the same database and node
"""

import re


class StoreError(Exception):
    """The store cannot be used."""


class StoreUnavailable(StoreError):
    """The database at `url` (password blanked) cannot be used, because of `reason`."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = blank_password(url)
        self.reason = reason
        super().__init__(f"store.url {self.url} cannot be opened: {reason}")


class StoreTooNew(StoreError):
    """The tables have a revision that this version does not know."""

    def __init__(self, url: str, revision: str) -> None:
        self.url = blank_password(url)
        self.revision = revision
        super().__init__(f"store.url {self.url} has tables of a newer version (revision {revision}); upgrade Ringback")


class NodeTaken(StoreError):
    """Two processes that share a database need names of their own."""

    def __init__(self, node: str) -> None:
        self.node = node
        super().__init__(
            f'store.node is "{node}", which another running server with this database is; name it otherwise'
        )


def blank_password(url: str) -> str:
    """A database URL that may be shown."""
    return re.sub(r"(://[^:/@\s]*:)[^\s]*(@)", r"\1***\2", url)
