"""Queues, which exist also while nobody waits in them."""

from dataclasses import dataclass
from datetime import datetime

from ringback.model.sid import AccountSid, QueueSid


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRecord:
    """A queue of an account, where no other has its name (rest-api.md 9.10). Who waits in it is not kept."""

    sid: QueueSid
    account_sid: AccountSid
    friendly_name: str
    max_size: int
    created_at: datetime
    updated_at: datetime
