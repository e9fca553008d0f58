"""Persons, machines and faxes told apart on generated greetings (AM-01, AM-04); run with `-s` to see the matrices."""

import shutil
from collections import Counter

import pytest

from ringback.call.machine_detection import MachineDetection, MachineDetector
from tests.conformance.amd.greetings import Greeting, greetings

VOICES = ("heart", "low", "high", *(("en-us", "en-gb+f2") if shutil.which("espeak-ng") else ()))
LEAST_GREETINGS = 40

Matrix = dict[str, Counter[str]]


@pytest.fixture(scope="module")
def answers() -> list[Greeting]:
    return list(greetings(VOICES))


def matrix_of(answers: list[Greeting], wanted: MachineDetection) -> Matrix:
    matrix: Matrix = {}
    for greeting in answers:
        detector = MachineDetector(wanted)
        found = detector.feed(greeting.pcm) or detector.give_up()
        matrix.setdefault(greeting.by, Counter())[found.answered_by] += 1
    return matrix


def show(title: str, matrix: Matrix) -> None:
    columns = sorted({verdict for row in matrix.values() for verdict in row})
    print(f"\n{title:22}" + "".join(f"{column:>21}" for column in columns))
    for by, row in matrix.items():
        print(f"{by:22}" + "".join(f"{row[column]:>21}" for column in columns))


def share(matrix: Matrix, by: str, *verdicts: str) -> float:
    return sum(matrix[by][verdict] for verdict in verdicts) / matrix[by].total()


def test_there_are_enough_greetings(answers: list[Greeting]) -> None:
    assert len(answers) >= LEAST_GREETINGS


def test_enable_tells_a_machine_from_a_person(answers: list[Greeting]) -> None:
    matrix = matrix_of(answers, MachineDetection())
    show("Enable", matrix)
    assert share(matrix, "person", "human") >= 0.9
    assert share(matrix, "machine with beep", "machine_start") >= 0.85
    assert share(matrix, "machine without beep", "machine_start") >= 0.85
    assert share(matrix, "fax", "fax") == 1
    assert share(matrix, "silence", "unknown") == 1


def test_detect_message_end_waits_for_the_beep_or_the_silence(answers: list[Greeting]) -> None:
    matrix = matrix_of(answers, MachineDetection(until_end=True))
    show("DetectMessageEnd", matrix)
    assert share(matrix, "person", "human") >= 0.9
    assert share(matrix, "machine with beep", "machine_end_beep") >= 0.85
    assert share(matrix, "machine without beep", "machine_end_silence") >= 0.85
    assert share(matrix, "fax", "fax") == 1
    assert share(matrix, "silence", "unknown") == 1
