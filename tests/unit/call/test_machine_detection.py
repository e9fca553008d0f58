"""Each way through the detector, on sounds of which every second is known (AM-01, AM-04)."""

import numpy as np
import pytest

from ringback.call.machine_detection import END_SILENCE_SECONDS, AnsweredBy, Answerer, MachineDetection, MachineDetector
from tests.peers.sounds import quiet, tone, voice

ENABLE = MachineDetection()
UNTIL_END = MachineDetection(until_end=True)


def found(wanted: MachineDetection, *parts: bytes) -> Answerer:
    detector = MachineDetector(wanted)
    return detector.feed(b"".join(parts)) or detector.give_up()


@pytest.mark.parametrize(
    ("wanted", "parts", "answered_by", "seconds"),
    [
        (ENABLE, [quiet(0.5), voice(0.8), quiet(3)], "human", 2.5),
        (UNTIL_END, [quiet(0.5), voice(0.8), quiet(3)], "human", 2.5),
        (ENABLE, [quiet(0.5), voice(5), quiet(3)], "machine_start", 2.95),
        (ENABLE, [voice(1), quiet(0.8), voice(3)], "machine_start", 2.45),
        (ENABLE, [voice(1), quiet(0.3), tone(1000, 0.5), quiet(1)], "machine_start", 1.82),
        (UNTIL_END, [voice(4), quiet(0.5), tone(1000, 0.5), quiet(1)], "machine_end_beep", 5.02),
        (UNTIL_END, [voice(1), quiet(0.3), tone(1000, 0.5), quiet(1)], "machine_end_beep", 1.82),
        (UNTIL_END, [voice(4), quiet(2.2), tone(440, 1.5), quiet(1)], "machine_end_beep", 7.72),
        (UNTIL_END, [voice(4), quiet(2), voice(3), quiet(4)], "machine_end_silence", 9 + END_SILENCE_SECONDS),
        (UNTIL_END, [voice(2), quiet(0.4)] * 15, "machine_end_other", 30),
        (UNTIL_END, [voice(3), quiet(0.2), tone(1000, 40)], "machine_end_other", 30),
        (ENABLE, [quiet(10)], "unknown", 5),
        (ENABLE, [quiet(0.2), tone(2100, 3)], "fax", 0.7),
        (UNTIL_END, [quiet(0.2), tone(2100, 3)], "fax", 0.7),
    ],
)
def test_the_way_and_the_moment(
    wanted: MachineDetection, parts: list[bytes], answered_by: AnsweredBy, seconds: float
) -> None:
    result = found(wanted, *parts)
    assert result.answered_by == answered_by
    assert result.seconds == pytest.approx(seconds, abs=0.12)


@pytest.mark.parametrize(
    ("wanted", "parts", "answered_by"),
    [
        (MachineDetection(speech_threshold_seconds=1.0), [voice(1.5), quiet(3)], "machine_start"),
        (MachineDetection(speech_threshold_seconds=6.0), [voice(5), quiet(3)], "human"),
        (MachineDetection(speech_end_seconds=0.5), [voice(1), quiet(0.8), voice(4)], "human"),
        (MachineDetection(silence_timeout_seconds=2.0), [quiet(2.5), voice(4)], "unknown"),
        (MachineDetection(timeout_seconds=3, speech_threshold_seconds=6.0), [voice(9)], "unknown"),
    ],
)
def test_each_threshold_is_heard_to(wanted: MachineDetection, parts: list[bytes], answered_by: AnsweredBy) -> None:
    assert found(wanted, *parts).answered_by == answered_by


def test_a_call_that_ends_early_is_unknown_or_a_machine_that_was_cut_off() -> None:
    assert found(ENABLE, voice(1)).answered_by == "unknown"
    assert found(UNTIL_END, voice(4)).answered_by == "machine_end_other"


def test_a_key_is_no_beep() -> None:
    """The key 5 is two tones."""
    key = np.frombuffer(tone(770, 0.3), "<i2") // 2 + np.frombuffer(tone(1336, 0.3), "<i2") // 2
    assert found(ENABLE, key.astype("<i2").tobytes(), quiet(6)).answered_by == "unknown"


def test_how_the_samples_are_cut_makes_no_difference() -> None:
    pcm = quiet(0.5) + voice(0.8) + quiet(3)
    for chunk in (7, 320, 1600):
        detector = MachineDetector(ENABLE)
        results = [detector.feed(pcm[start : start + chunk]) for start in range(0, len(pcm), chunk)]
        assert next(result for result in results if result is not None) == found(ENABLE, pcm)
