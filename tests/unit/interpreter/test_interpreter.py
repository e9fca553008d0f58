"""How a call ends when its documents do."""

import pytest

from ringback.call.control import MediaUnavailable, PlayedBytes, Prompt, Spoken
from ringback.interpreter.interpreter import APPLICATION_ERROR
from ringback.interpreter.source import LoadedDocument
from ringback.model.call_status import CallStatus
from ringback.testing.virtual_call import VirtualCall
from ringback.twiml.parser import parse_document
from tests.unit.interpreter.conftest import Bench


async def test_an_empty_document_answers_and_hangs_up(bench: Bench) -> None:
    await bench.runs(voice="")
    assert bench.call.is_answered
    assert bench.call.status is CallStatus.COMPLETED


async def test_a_call_that_was_only_kept_waiting_ends_unanswered(bench: Bench) -> None:
    await bench.runs(voice="<Pause length='3'/><Redirect>/next</Redirect>", next="<Pause/>")
    assert not bench.call.is_answered
    assert (bench.call.status, bench.call.sip_status) == (CallStatus.NO_ANSWER, 480)


async def test_a_dial_that_never_answered_the_caller_leaves_the_call_unanswered(bench: Bench) -> None:
    await bench.runs(voice='<Dial answerOnBridge="true">+15550001111</Dial>')
    assert (bench.call.status, bench.call.sip_status) == (CallStatus.NO_ANSWER, 480)


async def test_a_pause_after_the_answer_changes_nothing(bench: Bench) -> None:
    await bench.runs(voice="<Say>Hello</Say><Pause/>")
    assert bench.call.status is CallStatus.COMPLETED


async def test_without_a_document_the_call_is_answered_told_and_hung_up(bench: Bench) -> None:
    await bench.runs()
    assert bench.heard == [APPLICATION_ERROR.text]
    assert bench.call.status is CallStatus.COMPLETED


async def test_without_a_voice_the_failure_is_reported_and_the_call_hung_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_voice(call: VirtualCall, prompt: Prompt) -> None:
        raise MediaUnavailable(12400, "the synthesizer is gone")

    monkeypatch.setattr(VirtualCall, "play", no_voice)
    await bench.runs()
    assert bench.codes == [12400]
    assert bench.call.status is CallStatus.COMPLETED


async def test_a_call_that_is_over_is_told_nothing(bench: Bench) -> None:
    bench.call.end()
    await bench.runs()
    assert bench.heard == []


async def test_inline_twiml_runs_without_being_fetched(bench: Bench) -> None:
    inline = LoadedDocument(url=None, body=parse_document(b"<Response><Say>Inline</Say></Response>"))
    await bench.clock.run(bench.interpreter().run(inline))
    assert bench.heard == ["Inline"]
    assert bench.asked == []


async def test_words_for_an_answer_are_read_aloud_and_then_the_call_is_hung_up(bench: Bench) -> None:
    await bench.clock.run(bench.interpreter().run(LoadedDocument(url="http://a/b", body=Spoken(text="plain"))))
    assert bench.heard == ["plain"]
    assert bench.call.status is CallStatus.COMPLETED


async def test_audio_for_an_answer_is_played_and_then_the_call_is_hung_up(bench: Bench) -> None:
    audio = PlayedBytes(data=b"RIFF", content_type="audio/wav")
    await bench.clock.run(bench.interpreter().run(LoadedDocument(url="http://a/b", body=audio)))
    assert bench.heard == ["4 bytes of audio/wav"]
    assert bench.call.status is CallStatus.COMPLETED
