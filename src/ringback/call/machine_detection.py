"""Who answered a call, a person or a machine, from the first seconds of what is heard (twiml.md 8.10). Pure.

waiting --speech--> greeting --silence of speech_end--> human
   |                   | longer than speech_threshold, or a beep
   | silence_timeout   v
   v                machine (Enable: machine_start) --beep--> machine_end_beep
unknown                | silence after the greeting ---------> machine_end_silence
                       | timeout ----------------------------> machine_end_other
At any moment: the answer tone of a fax is `fax`; `timeout` before anything is decided is `unknown`. A person says a
word or two and waits; a machine speaks on.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ringback.model.sid import CallSid
from ringback.speech.tone_run import ToneRun, ToneTracker
from ringback.speech.utterance import FRAME_BYTES, FRAME_SECONDS, VoiceActivity

AnsweredBy = Literal[
    "human", "machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other", "fax", "unknown"
]  # fmt: skip

BEEP_HZ = (400.0, 2050.0)
BEEP_SECONDS = (0.16, 2.0)
FAX_HZ = (2080.0, 2120.0)
FAX_SECONDS = 0.5
"""A called fax answers with 2100 Hz (T.30 section 4.2), for about three seconds."""
END_SILENCE_SECONDS = 2.6
"""So long a silence after a machine's greeting is its end; the beep may come this late."""
VOICED_WINDOW, VOICED_FRAMES = 5, 3
"""Speech goes on while so many of so many frames have voice: clicks are no speech, short stops are no pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDetection:
    """What `machineDetection` and its four numbers ask for (8.1). `until_end` is `DetectMessageEnd`."""

    until_end: bool = False
    timeout_seconds: float = 30.0
    speech_threshold_seconds: float = 2.4
    speech_end_seconds: float = 1.2
    silence_timeout_seconds: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """The result, and how long after the answer it was known."""

    answered_by: AnsweredBy
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionRequest:
    """Find out who answers a dialled leg, and tell; the bridge does not wait for it (AM-02).

    `began` is called when the listening begins. `tell` follows in any case.
    """

    detection: MachineDetection
    tell: Callable[[CallSid, Answerer], None]
    began: Callable[[CallSid], None] = lambda call_sid: None


class MachineDetector:
    """Takes what is heard since the answer; `observe` gives the result once."""

    def __init__(self, wanted: MachineDetection) -> None:
        self._wanted = wanted
        self._voice = VoiceActivity()
        self._tones = ToneTracker()
        self._recent: deque[bool] = deque(maxlen=VOICED_WINDOW)
        self._frames = 0
        self._speech_began: float | None = None
        self._speech_ended = 0.0
        self._is_machine = False
        self._rest = b""

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return self._frames * FRAME_SECONDS

    def feed(self, pcm: bytes) -> Answerer | None:
        """Any number of samples; the rest of them is not looked at once the result is known."""
        data = self._rest + pcm
        end = len(data) // FRAME_BYTES * FRAME_BYTES
        self._rest = data[end:]
        for start in range(0, end, FRAME_BYTES):
            answered_by = self.observe(data[start : start + FRAME_BYTES])
            if answered_by is not None:
                return self._answerer(answered_by)
        return None

    def give_up(self) -> Answerer:
        """The call is over before anything was decided."""
        return self._answerer("machine_end_other" if self._is_machine else "unknown")

    def observe(self, frame: bytes) -> AnsweredBy | None:
        """The next 20 ms."""
        self._frames += 1
        self._recent.append(self._voice.observe(frame))
        beep = self._tones.observe(frame)
        if _is_fax(self._tones.current):
            return "fax"
        if beep is not None and _is_beep(beep):
            return "machine_end_beep" if self._wanted.until_end else "machine_start"
        self._follow_speech()
        verdict = self._after_machine() if self._is_machine else self._before_machine()
        if verdict is None and self.seconds >= self._wanted.timeout_seconds:
            return self.give_up().answered_by
        return verdict

    def _follow_speech(self) -> None:
        if sum(self._recent) < VOICED_FRAMES:
            return
        if self._speech_began is None:
            self._speech_began = self.seconds
        self._speech_ended = self.seconds

    def _before_machine(self) -> AnsweredBy | None:
        if self._speech_began is None:
            return "unknown" if self.seconds >= self._wanted.silence_timeout_seconds else None
        if self._speech_ended - self._speech_began >= self._wanted.speech_threshold_seconds:
            self._is_machine = True
            return None if self._wanted.until_end else "machine_start"
        if self._tones.current is None and self._silence_seconds >= self._wanted.speech_end_seconds:
            return "human"
        return None

    def _after_machine(self) -> AnsweredBy | None:
        """A beep that lasts is no silence."""
        if self._tones.current is not None:
            self._speech_ended = self.seconds
        silence = max(END_SILENCE_SECONDS, self._wanted.speech_end_seconds)
        return "machine_end_silence" if self._silence_seconds >= silence else None

    @property
    def _silence_seconds(self) -> float:
        return self.seconds - self._speech_ended

    def _answerer(self, answered_by: AnsweredBy) -> Answerer:
        return Answerer(answered_by=answered_by, seconds=self.seconds)


def _is_beep(run: ToneRun) -> bool:
    return BEEP_HZ[0] <= run.frequency_hz <= BEEP_HZ[1] and BEEP_SECONDS[0] <= run.seconds <= BEEP_SECONDS[1]


def _is_fax(run: ToneRun | None) -> bool:
    return run is not None and FAX_HZ[0] <= run.frequency_hz <= FAX_HZ[1] and run.seconds >= FAX_SECONDS
