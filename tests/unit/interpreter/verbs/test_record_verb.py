"""`<Record>`: what is asked of the call, and the requests that follow it (R-01 to R-11, A-02)."""

from collections.abc import Callable

import pytest

from ringback.call.control import RecordResult, Transcript
from ringback.model.sid import RecordingSid, transcription_sid
from ringback.testing.transcript import Recorded
from ringback.testing.virtual_call import VirtualCall
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


def transcribed(bench: Bench) -> list[dict[str, str]]:
    return [parameters for url, _, parameters in bench.callbacks.sent if url == f"{BASE}/words"]


async def test_the_words_of_a_recording_are_sent(bench: Bench) -> None:
    """twiml.md 6.5."""
    bench.clock.call_at(1, lambda: bench.call.say("call me back", 4.0))
    await record(bench, 'transcribe="true" transcribeCallback="/words"')
    (words,) = transcribed(bench)
    sid = words["TranscriptionSid"]
    assert sid.startswith("TR")
    assert words["TranscriptionText"] == "call me back"
    assert words["TranscriptionStatus"] == "completed"
    assert words["TranscriptionUrl"].endswith(f"/Transcriptions/{sid}")
    assert words["RecordingUrl"].endswith(words["RecordingSid"])
    assert {"CallSid", "AccountSid", "From", "To", "CallStatus", "ApiVersion", "Direction"} <= set(words)
    assert [method for url, method, _ in bench.callbacks.sent if url == f"{BASE}/words"] == ["POST"]


async def test_words_that_cannot_be_found_out_are_a_failed_transcription(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Transcript(sid=transcription_sid(RecordingSid(SID)), text=None)
    monkeypatch.setattr(VirtualCall, "transcribe", lambda _call, _recording, then: then(nothing))
    bench.clock.call_at(1, lambda: bench.call.say("call me back", 4.0))
    await record(bench, 'transcribe="true" transcribeCallback="/words"')
    (words,) = transcribed(bench)
    assert (words["TranscriptionStatus"], words["TranscriptionText"]) == ("failed", "")


@pytest.mark.parametrize(("seconds", "trim"), [(1.0, "trim-silence"), (2.0, "trim-silence"), (130.0, "do-not-trim")])
async def test_r09_only_recordings_over_2_and_under_120_seconds_are_transcribed(
    bench: Bench, seconds: float, trim: str
) -> None:
    bench.clock.call_at(1, lambda: bench.call.say("a story", seconds))
    await record(bench, f'transcribe="true" transcribeCallback="/words" trim="{trim}"')
    assert bench.codes == [13617]
    assert transcribed(bench) == []


async def test_an_absent_recording_is_not_transcribed(bench: Bench) -> None:
    await record(bench, 'transcribe="true" transcribeCallback="/words" timeout="3"')
    assert bench.codes == []
    assert transcribed(bench) == []


async def test_without_a_callback_a_transcription_is_made_and_nobody_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Transcript] = []
    plain = VirtualCall.transcribe

    def transcribe(call: VirtualCall, recording: RecordResult, then: Callable[[Transcript], None]) -> None:
        plain(call, recording, made.append)
        plain(call, recording, then)

    monkeypatch.setattr(VirtualCall, "transcribe", transcribe)
    bench.clock.call_at(1, lambda: bench.call.say("call me back", 4.0))
    await record(bench, 'transcribe="true"')
    assert [transcript.text for transcript in made] == ["call me back"]
    assert (bench.codes, bench.callbacks.sent) == ([], [])
