"""What the calls of one test share: the clock, the numbers of their SIDs, recordings, conferences and queues."""

import itertools
from collections.abc import Iterator

from ringback.clock import Clock
from ringback.testing.virtual_gatherings import VirtualGatherings
from ringback.testing.virtual_recording import RecordingRoom


class Switchboard:
    """SIDs count up: the calls that come in have the first `arrivals` numbers, dialled legs those behind."""

    def __init__(self, *, clock: Clock, base_url: str, arrivals: int = 1) -> None:
        self.clock = clock
        self.leg_numbers: Iterator[int] = itertools.count(arrivals + 1)
        self.recordings = RecordingRoom(base_url)
        self.gatherings = VirtualGatherings(recordings=self.recordings, clock=clock)
