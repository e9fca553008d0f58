"""What happened in a call in virtual time, second by second, for tests to assert on and people to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from ringback.interpreter.report import Report
from ringback.model.call_status import CallStatus

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened `at` so many seconds after the call arrived."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """200 OK."""

    def __str__(self) -> str:
        return "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Event):
    """A prompt reached the caller's ear: the words of `<Say>`, the URL of `<Play>`. `seconds` is how much of it."""

    what: str
    seconds: float
    is_complete: bool

    def __str__(self) -> str:
        return f"hears {self.what!r}" + ("" if self.is_complete else f", stopped after {self.seconds:g} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardKeys(Event):
    """`<Play digits>` reached the caller."""

    digits: str

    def __str__(self) -> str:
        return f"hears keys {self.digits}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed(Event):
    """The caller pressed a key; `is_heard` is false when nothing listened."""

    key: str
    is_heard: bool

    def __str__(self) -> str:
        return f"presses {self.key}" + ("" if self.is_heard else " (nothing listens)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Event):
    """The caller spoke."""

    text: str
    seconds: float

    def __str__(self) -> str:
        return f"says {self.text!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Event):
    """A recording was made; `words` is what the caller said in it."""

    recording_sid: str
    seconds: int
    ended_by: str
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"recorded {self.seconds} s, ended by {self.ended_by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled(Event):
    """A `<Dial>` ended."""

    addresses: tuple[str, ...]
    status: str
    is_bridged: bool
    seconds: int

    def __str__(self) -> str:
        return f"dialled {', '.join(self.addresses)}: {self.status}" + (
            f", talked {self.seconds} s" if self.is_bridged else ""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(Event):
    """A `<Refer>` ended; `status` is None when nobody said how."""

    uri: str
    status: str | None

    def __str__(self) -> str:
        return f"referred to {self.uri}: {self.status or 'unknown'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVoice(Event):
    """Somebody else in a conference, or at the other end of a queue, spoke to the caller."""

    words: str
    seconds: float
    from_: str

    def __str__(self) -> str:
        return f"hears {self.from_} say {self.words!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardTone(Event):
    """A conference beeped: `enter` or `exit`."""

    tone: str

    def __str__(self) -> str:
        return f"hears the {self.tone} tone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conferred(Event):
    """A stay in a conference ended; `at` is when it began, `ended_by` what ended it or kept the call out."""

    name: str
    seconds: float
    ended_by: str

    def __str__(self) -> str:
        return f"conference {self.name!r} for {self.seconds:g} s, ended by {self.ended_by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """A stay in a queue, and the talk after it, ended; `at` is when it began."""

    name: str
    seconds: int
    result: str

    def __str__(self) -> str:
        return f"waited {self.seconds} s in queue {self.name!r}: {self.result}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texted(Event):
    """`<Sms>` left a message."""

    sid: str
    from_: str
    to: str
    body: str

    def __str__(self) -> str:
        return f"message to {self.to}: {self.body!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMessage(Event):
    """The app told the caller's phone something, beside the audio."""

    content: str

    def __str__(self) -> str:
        return f"the phone is told {self.content}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage(Event):
    """The caller's phone told the app something."""

    content: str

    def __str__(self) -> str:
        return f"the phone tells {self.content}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested(Event):
    """A request reached the app, and what it answered. A callback is a request nobody waits for."""

    method: str
    url: str
    path: str
    parameters: Mapping[str, str]
    status: int
    is_callback: bool = False

    def __str__(self) -> str:
        return f"app: {self.method} {self.path} -> {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(Event):
    """The call was moved to another document from outside."""

    to: str

    def __str__(self) -> str:
        return f"moved to {self.to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The call is over. `sip_status` is the final response of a call that was never answered."""

    by: str
    status: CallStatus
    sip_status: int | None = None

    def __str__(self) -> str:
        return f"ended by {self.by}: {self.status}" + (f" ({self.sip_status})" if self.sip_status else "")


@dataclass(slots=True)
class Journal:
    """Where the parts of a virtual call write down what happens, in order."""

    events: list[Event] = field(default_factory=list)
    problems: list[Report] = field(default_factory=list)
    failure: Exception | None = None  # raised by a function of the app under test

    def add(self, event: Event) -> None:
        self.events.append(event)

    def report(self, problem: Report) -> None:
        """Implements `interpreter.report.Reporter`."""
        self.problems.append(problem)

    def raise_failure(self) -> None:
        """An assertion in the app's own code shall fail the test, also where it was called in the background."""
        if self.failure is not None:
            raise self.failure

    def transcript(self, *, caller_waits_for: str | None = None) -> "Transcript":
        return Transcript(
            events=tuple(sorted(self.events, key=lambda event: event.at)),
            problems=tuple(self.problems),
            caller_waits_for=caller_waits_for,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A whole call. `caller_waits_for` is what the caller's script still waited to hear when the call ended."""

    events: tuple[Event, ...]
    problems: tuple[Report, ...]
    caller_waits_for: str | None = None

    @property
    def status(self) -> CallStatus:
        """The final CallStatus."""
        return self._ended.status

    @property
    def ended_by(self) -> str:
        """`app`, `caller` or `time limit`."""
        return self._ended.by

    @property
    def sip_status(self) -> int:
        """The final response to the INVITE."""
        return self._ended.sip_status or 200

    @property
    def ended_at(self) -> float:
        return self._ended.at

    @property
    def answered_at(self) -> float | None:
        """When the call was answered; None if it never was."""
        return next((event.at for event in self._all(Answered)), None)

    @property
    def heard(self) -> list[str]:
        """What the caller heard, in order, also what a key stopped."""
        return [event.what for event in self._all(Heard)]

    @property
    def voices(self) -> list[str]:
        """What other callers said to this one, in order."""
        return [event.words for event in self._all(HeardVoice)]

    @property
    def tones(self) -> list[str]:
        """The beeps of conferences: `enter` and `exit`."""
        return [event.tone for event in self._all(HeardTone)]

    @property
    def conferences(self) -> list[Conferred]:
        return self._all(Conferred)

    @property
    def queues(self) -> list[Queued]:
        return self._all(Queued)

    @property
    def requests(self) -> list[Requested]:
        """What the app was asked for, in order, without callbacks."""
        return [event for event in self._all(Requested) if not event.is_callback]

    @property
    def callbacks(self) -> list[Requested]:
        """The asynchronous callbacks the app got."""
        return [event for event in self._all(Requested) if event.is_callback]

    @property
    def recordings(self) -> list[Recorded]:
        return self._all(Recorded)

    @property
    def dials(self) -> list[Dialled]:
        return self._all(Dialled)

    @property
    def messages(self) -> list[Texted]:
        """The messages of `<Sms>`."""
        return self._all(Texted)

    @property
    def phone_messages(self) -> list[str]:
        """The user-defined messages that reached the caller's phone, as JSON text."""
        return [event.content for event in self._all(ReceivedMessage)]

    @property
    def referrals(self) -> list[Referred]:
        return self._all(Referred)

    def problem_codes(self) -> list[int]:
        """Twilio's numbers of what was reported, in order."""
        return [problem.code for problem in self.problems]

    def __str__(self) -> str:
        lines = [f"{event.at:9.2f}  {event}" for event in self.events]
        lines += [f"  problem  {problem.code} {problem.message}" for problem in self.problems]
        if self.caller_waits_for:
            lines.append(f"   caller  never heard {self.caller_waits_for!r}")
        return "\n".join(lines)

    @property
    def _ended(self) -> Ended:
        return self._all(Ended)[-1]

    def _all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]
