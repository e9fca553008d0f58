"""`machineDetection` in whole calls of virtual time (twiml.md 8.10)."""

import pytest

from ringback.call.machine_detection import AnsweredBy
from ringback.testing import Caller, Phone, Transcript, VirtualApp

NUMBER = "+15550001111"


def run(attributes: str, answered_by: AnsweredBy = "human") -> Transcript:
    noun = f'<Number machineDetection="Enable" {attributes}>{NUMBER}</Number>'
    app = VirtualApp(
        {"/voice": f"<Response><Dial>{noun}</Dial></Response>", "/amd": "<Response/>"},
        phones={NUMBER: Phone.answers(after=1, talks=10).detected_as(answered_by)},
    )
    return app.run_call(Caller())


@pytest.mark.parametrize("answered_by", ["human", "machine_start", "fax", "unknown"])
def test_am_02_the_result_goes_to_the_callback_and_the_bridge_does_not_wait(answered_by: AnsweredBy) -> None:
    transcript = run('amdStatusCallback="/amd"', answered_by)
    (told,) = transcript.callbacks
    assert (told.path, told.method) == ("/amd", "POST")
    assert told.at == pytest.approx(3.0)
    assert told.parameters["AnsweredBy"] == answered_by
    assert transcript.dials[0].is_bridged
    assert transcript.dials[0].seconds == 10


def test_am_05_the_callback_has_four_parameters() -> None:
    (told,) = run('amdStatusCallback="/amd"').callbacks
    assert set(told.parameters) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}


def test_am_02_without_a_callback_is_a_warning_and_nobody_is_told() -> None:
    transcript = run("")
    assert transcript.problem_codes() == [21262]
    assert transcript.callbacks == []
