"""`<Record>`: what is asked of the call, and the requests that follow it (R-01 to R-11, A-02)."""

import pytest

from ringback.testing.transcript import Recorded
from tests.unit.interpreter.conftest import BASE, Bench

SID = f"RE{1:032x}"


async def record(bench: Bench, attributes: str = "") -> Recorded:
    await bench.runs(voice=f'<Record action="/next" playBeep="false" {attributes}/><Say>Never</Say>', next="<Hangup/>")
    return bench.journal.transcript().recordings[0]


async def test_silence_ends_it_and_the_action_takes_control(bench: Bench) -> None:
    bench.clock.call_at(1, lambda: bench.call.say("hello", 3))
    await record(bench, 'timeout="4"')
    assert bench.asked == ["/voice", "/next"]
    assert bench.last_parameters == {
        "RecordingUrl": f"{BASE}/2010-04-01/Accounts/{bench.call.info.account_sid}/Recordings/{SID}",
        "RecordingDuration": "8",
        "Digits": "",
        "RecordingSid": SID,
    }
    assert bench.heard == []


async def test_a_key_of_the_set_ends_it_and_another_does_not(bench: Bench) -> None:
    bench.clock.call_at(1, lambda: bench.call.press("5"))
    bench.clock.call_at(2, lambda: bench.call.press("*"))
    await record(bench, 'finishOnKey="*#"')
    assert bench.last_parameters["Digits"] == "*"
    assert bench.last_parameters["RecordingDuration"] == "2"


async def test_the_length_ends_it_when_silence_is_off(bench: Bench) -> None:
    made = await record(bench, 'timeout="0" maxLength="30"')
    assert (made.ended_by, made.seconds) == ("max-length", 30)
    assert bench.last_parameters["Digits"] == ""


async def test_a_hangup_still_asks_the_action_and_runs_nothing_of_it(bench: Bench) -> None:
    bench.clock.call_at(2, bench.call.end)
    await bench.runs(voice='<Record action="/next" playBeep="false"/>', next="<Say>Too late</Say>")
    assert bench.last_parameters["Digits"] == "hangup"
    assert bench.asked == ["/voice", "/next"]
    assert bench.heard == []


async def test_pure_silence_asks_the_action_too(bench: Bench) -> None:
    made = await record(bench)
    assert made.words == ()
    assert bench.asked == ["/voice", "/next"]


async def test_the_beep_comes_before_the_recording(bench: Bench) -> None:
    await bench.runs(voice='<Record timeout="0" maxLength="2" action="/next"/>', next="")
    assert bench.journal.transcript().recordings[0].at == pytest.approx(0.5)


async def test_without_an_action_the_document_is_asked_again(bench: Bench) -> None:
    bench.clock.call_at(1, bench.call.end)
    await bench.runs(voice="<Record/>")
    assert bench.asked == ["/voice", "/voice"]


async def test_callbacks_are_sent_for_the_events_asked_for(bench: Bench) -> None:
    bench.clock.call_at(1, lambda: bench.call.say("hello", 3))
    await record(bench, 'recordingStatusCallback="/rec" recordingStatusCallbackEvent="in-progress completed"')
    assert [sent[2]["RecordingStatus"] for sent in bench.callbacks.sent] == ["in-progress", "completed"]
    assert bench.callbacks.sent[1][2]["RecordingDuration"] == "3"  # trimmed, R-08
    assert bench.last_parameters["RecordingDuration"] == "9"


async def test_a_silent_recording_that_is_trimmed_is_absent(bench: Bench) -> None:
    await record(bench, 'recordingStatusCallback="/rec" recordingStatusCallbackEvent="completed absent"')
    assert [sent[2]["RecordingStatus"] for sent in bench.callbacks.sent] == ["absent"]


async def test_a_silent_recording_that_is_not_trimmed_is_kept(bench: Bench) -> None:
    await record(bench, 'trim="do-not-trim" recordingStatusCallback="/rec"')
    assert bench.callbacks.sent[0][2]["RecordingDuration"] == "5"


async def test_transcription_is_reported_and_the_recording_made(bench: Bench) -> None:
    await record(bench, 'transcribe="true"')
    assert bench.codes == [13620]
