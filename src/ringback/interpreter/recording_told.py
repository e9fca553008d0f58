"""Who is told that a recording began and how it ended, whatever is recorded (webhooks.md 9.1).

    begun ──> in-progress is sent, each end that is wanted is held
    over  ──> the end that came is sent, the others are withdrawn

What is held is sent by the next process, should this one die before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ringback.interpreter.outcome import Method, Pairs
from ringback.interpreter.run import Callbacks
from ringback.model.record import RecordingStatus
from ringback.model.sid import RecordingSid, derived_sid

ENDS = (RecordingStatus.COMPLETED, RecordingStatus.ABSENT)

ParametersOf = Callable[[RecordingStatus], Pairs]
"""What a callback says of the recording in that state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingTold:
    """`url` is absolute; without one nobody is told."""

    callbacks: Callbacks
    url: str | None
    method: Method
    events: Sequence[str]

    def begun(self, sid: RecordingSid, parameters: ParametersOf) -> None:
        if self.url and RecordingStatus.IN_PROGRESS.value in self.events:
            self.callbacks.send(self.url, self.method, parameters(RecordingStatus.IN_PROGRESS))
        for end in ENDS:
            if self.url and end.value in self.events:
                self.callbacks.hold(self.url, self.method, parameters(end), sid=_callback_sid(sid, end))

    def over(self, sid: RecordingSid, status: RecordingStatus, parameters: ParametersOf) -> None:
        for end in ENDS:
            if self.url and end.value in self.events:
                tell = self.callbacks.send if end is status else self.callbacks.withdraw
                tell(self.url, self.method, parameters(end), sid=_callback_sid(sid, end))


def _callback_sid(sid: RecordingSid, end: RecordingStatus) -> str:
    return derived_sid("CB", sid, end.value)
