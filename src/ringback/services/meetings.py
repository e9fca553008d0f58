"""Where calls meet, as the API reaches it, beside the store."""

from dataclasses import dataclass

from ringback.call.call import Call
from ringback.call.conferences import Conferences
from ringback.call.queue_book import QueueBook
from ringback.services.change_participant import LiveCallRecord
from ringback.services.keep_conferences import BesideOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """The conferences and queues of this process, the documents that are run there, and the calls in them.

    With `lists_all` a list of conferences that asks for no status has all of them, as at Twilio until 30 September
    2026; else those that run (rest-api.md 9.8).
    """

    conferences: Conferences[Call]
    queues: QueueBook[Call]
    beside: BesideOf
    live_call: LiveCallRecord
    lists_all: bool = False
