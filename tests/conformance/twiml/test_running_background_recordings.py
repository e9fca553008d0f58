"""`<Start><Recording>` and `<Stop>`, rule by rule: section 15 and 15.4."""

import pytest

from ringback.testing import Caller, Transcript, VirtualApp

EVENTS = 'recordingStatusCallback="/rec" recordingStatusCallbackEvent="in-progress completed absent"'
HELLO = Caller().says("Hello", seconds=4, at=1)


def run(voice: str, caller: Caller | None = None, **pages: str) -> Transcript:
    answers = {f"/{name}": f"<Response>{body}</Response>" for name, body in pages.items()}
    return VirtualApp({"/voice": f"<Response>{voice}</Response>", "/rec": "", **answers}).run_call(caller)


def told(transcript: Transcript) -> list[str]:
    return [callback.parameters["RecordingStatus"] for callback in transcript.callbacks]


def test_ss_01_start_goes_straight_on_and_as_the_last_verb_ends_the_call() -> None:
    transcript = run(f"<Start><Recording {EVENTS}/></Start>")
    assert (transcript.ended_at, transcript.ended_by) == (0, "app")


def test_ss_02_a_recording_survives_documents_and_ends_with_the_call() -> None:
    transcript = run(
        f'<Say>One</Say><Start><Recording {EVENTS} trim="do-not-trim"/></Start><Redirect>/next</Redirect>',
        HELLO,
        next='<Pause length="10"/>',
    )
    (recorded,) = transcript.recordings
    assert (recorded.seconds, recorded.ended_by, recorded.words) == (10, "hangup", ("Hello",))
    assert told(transcript) == ["in-progress", "completed"]


def test_ss_03_stop_ends_the_one_it_names() -> None:
    transcript = run(
        '<Say>Go</Say><Start><Recording name="a"/><Recording name="b"/></Start><Pause length="5"/>'
        '<Stop><Recording name="a"/></Stop><Pause length="5"/>'
    )
    assert [(item.seconds, item.ended_by) for item in transcript.recordings] == [(5, "stop"), (10, "hangup")]


def test_ss_03_a_name_that_is_taken_is_reported_and_not_started() -> None:
    transcript = run('<Start><Recording name="a"/><Recording name="a"/></Start><Pause/><Say>Hi</Say>')
    assert transcript.problem_codes() == [12200]
    assert len(transcript.recordings) == 1


def test_stop_of_what_does_not_run_is_reported() -> None:
    transcript = run('<Stop><Recording name="a"/></Stop><Say>Hi</Say>')
    assert transcript.problem_codes() == [12200]
    assert transcript.heard == ["Hi"]


@pytest.mark.parametrize(
    "noun", ['<Stream url="wss://app.example/s"/>', "<Transcription/>", '<Siprec connectorName="c"/>']
)
def test_ss_05_other_nouns_are_reported_and_the_recording_beside_them_runs(noun: str) -> None:
    transcript = run(f"<Start>{noun}<Recording/></Start><Say>Hi</Say>")
    assert transcript.problem_codes() == [13750]
    assert noun[1:].split()[0].rstrip("/>") in transcript.problems[0].message
    assert len(transcript.recordings) == 1


def test_stop_of_another_noun_is_reported_too() -> None:
    assert run('<Stop><Stream name="s"/></Stop><Say>Hi</Say>').problem_codes() == [13750]


def test_1_2_start_does_not_answer_and_the_recording_begins_with_the_answer() -> None:
    transcript = run(f'<Start><Recording {EVENTS} trim="do-not-trim"/></Start><Pause length="3"/><Say>Hello you</Say>')
    assert transcript.answered_at == 3
    assert transcript.recordings[0].at == 3


def test_a_call_that_is_never_answered_makes_no_recording() -> None:
    transcript = run(f"<Start><Recording {EVENTS}/></Start><Reject/>")
    assert (transcript.recordings, transcript.callbacks) == ([], [])


def test_15_4_the_callback_says_where_the_recording_came_from() -> None:
    transcript = run(f'<Say>Go</Say><Start><Recording {EVENTS} track="inbound"/></Start><Pause length="7"/>', HELLO)
    started, completed = (callback.parameters for callback in transcript.callbacks)
    assert started["RecordingSource"] == completed["RecordingSource"] == "StartCallRecordingTwiML"
    assert completed["RecordingTrack"] == "inbound"
    assert completed["RecordingChannels"] == "1"
    assert completed["RecordingDuration"] == "4"
    assert "RecordingDuration" not in started
    assert completed["RecordingUrl"].endswith(completed["RecordingSid"])


def test_15_4_both_tracks_are_two_channels_unless_mono_is_asked_for() -> None:
    def channels(attributes: str) -> str:
        transcript = run(f"<Say>Go</Say><Start><Recording {EVENTS} {attributes}/></Start><Pause/>")
        return transcript.callbacks[0].parameters["RecordingChannels"]

    assert [channels(""), channels('channels="mono"')] == ["2", "1"]


def test_15_4_only_completed_is_told_of_by_default_and_silence_is_absent() -> None:
    assert told(run('<Say>Go</Say><Start><Recording recordingStatusCallback="/rec"/></Start><Pause/>')) == []
    assert told(run(f"<Say>Go</Say><Start><Recording {EVENTS}/></Start><Pause/>")) == ["in-progress", "absent"]
