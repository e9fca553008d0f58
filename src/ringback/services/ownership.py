"""What is another account's is not there (rest-api.md section 2)."""

from typing import Protocol, TypeVar


class Owned(Protocol):
    """A record that belongs to an account."""

    @property
    def account_sid(self) -> str: ...


Record = TypeVar("Record", bound=Owned)


def own(record: Record | None, account_sid: str) -> Record | None:
    """The record, if it is the account's."""
    return record if record is not None and record.account_sid == account_sid else None
