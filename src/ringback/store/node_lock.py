"""One process for each node of a database: the start of another of the same name would close the calls of the first.

A file beside the SQLite database is locked while the process lives. The system lets go of it however the process ends,
so nothing has to be cleaned up after a crash; the file itself stays.
"""

import fcntl
import os
from pathlib import Path
from typing import Self
from urllib.parse import quote

from ringback.store.errors import NodeTaken


class NodeLock:
    """The lock of one node, held until `release`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, database: Path, node: str) -> Self:
        """Raises `NodeTaken` when a process that lives has it, and `OSError` when the file cannot be made."""
        path = database.with_name(f"{database.name}.{quote(node, safe='')}.lock")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise NodeTaken(node) from None
        return cls(descriptor)

    def release(self) -> None:
        """Let another process have the node. Again: nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
