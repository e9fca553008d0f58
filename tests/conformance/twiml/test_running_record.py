"""`<Record>`, rule by rule: section 6."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp


def run(attributes: str = "", caller: Caller | None = None) -> Transcript:
    app = VirtualApp(
        {
            "/voice": f'<Response><Record action="/done" {attributes}/><Say>Never</Say></Response>',
            "/done": "<Response><Say>Thanks</Say></Response>",
            "/rec": "",
        }
    )
    return app.run_call(caller)


HELLO = Caller().says("Hello", seconds=10, at=2)


def test_r_01_the_recording_begins_after_the_beep() -> None:
    assert run().recordings[0].at > 0
    assert run('playBeep="false"').recordings[0].at == 0


@pytest.mark.parametrize(
    ("attributes", "caller", "ended_by", "value"),
    [
        ("", HELLO.presses("7", at=5), "7", "7"),
        ('finishOnKey="*"', HELLO.presses("7*", at=5), "*", "*"),
        ('timeout="3"', HELLO, "silence", ""),
        ('maxLength="4"', HELLO, "max-length", ""),
        ("", HELLO.hangs_up(at=13), "hangup", "hangup"),
    ],
)
def test_r_02_what_ends_it_and_what_digits_says(attributes: str, caller: Caller, ended_by: str, value: str) -> None:
    transcript = run(attributes, caller)
    assert transcript.recordings[0].ended_by == ended_by
    assert transcript.requests[1].parameters["Digits"] == value


def test_timeout_0_switches_silence_off() -> None:
    assert run('timeout="0" maxLength="90"').recordings[0].ended_by == "max-length"


def test_r_04_the_action_takes_control() -> None:
    assert run("", HELLO).heard == ["Thanks"]


def test_r_04_without_an_action_the_current_document_is_asked_again() -> None:
    app = VirtualApp({"/voice": '<Response><Record maxLength="5" timeout="0"/></Response>'})
    transcript = app.run_call(Caller().hangs_up(at=12))
    assert len(transcript.requests) == 4  # the first, two full recordings, and the one the hang-up ended
    assert "RecordingUrl" in transcript.requests[1].parameters


def test_r_05_pure_silence_asks_the_action_too() -> None:
    transcript = run()
    assert transcript.recordings[0].words == ()
    assert [request.path for request in transcript.requests] == ["/voice", "/done"]


def test_r_08_the_action_has_the_length_before_trimming_and_the_callback_the_one_after() -> None:
    transcript = run('playBeep="false" recordingStatusCallback="/rec"', HELLO)
    assert transcript.requests[1].parameters["RecordingDuration"] == "17"
    assert transcript.callbacks[0].parameters["RecordingDuration"] == "10"


def test_r_10_the_url_is_absolute_and_has_no_extension() -> None:
    parameters = run("", HELLO).requests[1].parameters
    assert parameters["RecordingUrl"].startswith("http://")
    assert parameters["RecordingUrl"].endswith(f"/Recordings/{parameters['RecordingSid']}")


def test_r_11_a_silent_trimmed_recording_is_absent_for_those_who_want_to_know() -> None:
    events = 'recordingStatusCallback="/rec" recordingStatusCallbackEvent="in-progress completed absent"'
    told = [sent.parameters for sent in run(events).callbacks]
    assert [parameters["RecordingStatus"] for parameters in told] == ["in-progress", "absent"]
    assert told[1]["ErrorCode"] == "16101"


def test_a_02_a_hangup_still_asks_the_action_and_its_answer_is_not_run() -> None:
    transcript = run("", Caller().hangs_up(at=3))
    assert transcript.requests[1].parameters["Digits"] == "hangup"
    assert transcript.requests[1].parameters["CallStatus"] == "completed"
    assert transcript.heard == []


def test_6_3_the_action_has_these_parameters() -> None:
    parameters = run("", HELLO).requests[1].parameters
    assert {"RecordingUrl", "RecordingDuration", "Digits", "RecordingSid", "CallSid"} <= set(parameters)


def test_6_4_the_callback_has_its_own_parameters_alone() -> None:
    (callback,) = run('recordingStatusCallback="/rec"', HELLO).callbacks
    assert set(callback.parameters) == {
        "AccountSid",
        "CallSid",
        "RecordingSid",
        "RecordingUrl",
        "RecordingStatus",
        "RecordingDuration",
        "RecordingChannels",
        "RecordingSource",
        "RecordingStartTime",
        "RecordingTrack",
        "ErrorCode",
    }
    assert callback.parameters["RecordingSource"] == "RecordVerb"


def test_a_hangup_during_the_beep_asks_the_action_too() -> None:
    transcript = run("", Caller().hangs_up(at=0.2))
    assert [request.path for request in transcript.requests] == ["/voice", "/done"]
