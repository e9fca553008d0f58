"""`<Dial>`: what is asked of the call, and what follows (DI-01 to DI-22)."""

from datetime import UTC, datetime

from ringback.call.control import DialResult, RecordResult
from ringback.interpreter.outcome import Finished
from ringback.interpreter.verbs.dial import execute
from ringback.model.sid import CallSid, RecordingSid
from ringback.twiml.nodes import Dial
from tests.unit.interpreter.conftest import Bench

RECORDING = RecordResult(
    recording_sid=RecordingSid("RE9"),
    url="http://r/RE9",
    seconds=12,
    final_seconds=11,
    ended_by="dial-ended",
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    channels=2,
)


async def test_the_call_is_answered_before_anybody_rings(bench: Bench) -> None:
    await bench.runs(voice="<Dial>+15550001111</Dial>")
    assert bench.call.is_answered
    assert len(bench.dialled) == 1


async def test_answer_on_bridge_leaves_the_answer_to_the_bridge(bench: Bench) -> None:
    await bench.runs(voice='<Dial answerOnBridge="true">+15550001111</Dial><Reject reason="busy"/>')
    assert bench.dialled[0].answer_on_bridge
    assert bench.call.sip_status == 486


async def test_every_attribute_reaches_the_call(bench: Bench) -> None:
    await bench.runs(
        voice='<Dial timeout="20" timeLimit="60" callerId="+15551234567" hangupOnStar="true" ringTone="de"'
        ' sequential="true" record="record-from-ringing-dual" recordingTrack="both" trim="trim-silence">'
        "<Number>+15550001111</Number><Sip>sip:bob@example.com</Sip></Dial>"
    )
    request = bench.dialled[0]
    assert (request.timeout_seconds, request.time_limit_seconds) == (20, 60)
    assert request.caller_id == "+15551234567"
    assert request.hangup_on_star
    assert request.sequential
    assert request.ring_tone == "de"
    assert [target.kind for target in request.targets] == ["number", "sip"]
    assert request.record is not None
    assert (request.record.from_ringing, request.record.dual, request.record.trim) == (True, True, True)


async def test_what_is_not_written_has_twilios_defaults(bench: Bench) -> None:
    await bench.runs(voice="<Dial>+15550001111</Dial>")
    request = bench.dialled[0]
    assert (request.timeout_seconds, request.time_limit_seconds) == (30, 14400)
    assert (request.caller_id, request.ring_tone, request.record) == (None, None, None)
    assert (request.hangup_on_star, request.answer_on_bridge, request.sequential) == (False, False, False)


async def test_without_an_action_the_document_goes_on(bench: Bench) -> None:
    await bench.runs(voice="<Dial>+15550001111</Dial><Say>After</Say>")
    assert bench.heard == ["After"]


async def test_the_action_is_told_everything_and_takes_control(bench: Bench) -> None:
    bench.dial_result = DialResult(
        status="completed",
        call_sid=CallSid("CA9"),
        duration_seconds=42,
        bridged=True,
        sip_call_id="abc@host",
        sip_response_code=200,
        sip_headers={"X-Seen": "yes", "Contact": "no"},
        recording=RECORDING,
    )
    await bench.runs(
        voice='<Dial action="/next?q=1" record="true"><Sip>sip:bob@example.com</Sip></Dial><Say>Never</Say>',
        **{"next?q=1": "<Say>After</Say>"},
    )
    assert bench.asked == ["/voice", "/next?q=1"]
    assert bench.last_parameters == {
        "DialCallStatus": "completed",
        "DialCallSid": "CA9",
        "DialCallDuration": "42",
        "DialBridged": "true",
        "RecordingUrl": "http://r/RE9",
        "RecordingSid": "RE9",
        "RecordingDuration": "12",
        "DialSipCallId": "abc@host",
        "DialSipResponseCode": "200",
        "DialSipHeader_X-Seen": "yes",
    }
    assert bench.heard == ["After"]


async def test_an_empty_action_is_the_document_itself(bench: Bench) -> None:
    bench.clock.call_at(1.5, bench.call.end)
    await bench.runs(voice='<Dial action="">+15550001111</Dial>')
    assert bench.asked[:2] == ["/voice", "/voice"]


async def test_nobody_left_to_dial_is_a_failed_dial(bench: Bench) -> None:
    await bench.runs(voice=f'<Dial action="/next"><Sim>DE{"0" * 32}</Sim></Dial>', next="")
    assert bench.dialled == []
    assert bench.last_parameters == {"DialCallStatus": "failed", "DialBridged": "false"}


async def test_a_caller_who_hangs_up_ends_the_document_and_the_action_is_still_told(bench: Bench) -> None:
    bench.dial_result = DialResult(status="completed", bridged=True, caller_hung_up=True)
    bench.clock.call_at(1, bench.call.end)
    await bench.runs(voice='<Dial action="/next">+15550001111</Dial>', next="<Say>Too late</Say>")
    assert bench.asked == ["/voice", "/next"]
    assert bench.heard == []


async def test_a_caller_who_hangs_up_runs_no_later_verb(bench: Bench) -> None:
    bench.dial_result = DialResult(status="canceled", caller_hung_up=True)
    bench.clock.call_at(0.5, bench.call.end)
    await bench.runs(voice="<Dial>+15550001111</Dial><Redirect>/next</Redirect>", next="")
    assert bench.asked == ["/voice"]


async def test_a_dial_that_the_caller_ended_says_that_the_call_is_finished(bench: Bench) -> None:
    bench.dial_result = DialResult(status="completed", bridged=True, caller_hung_up=True)
    dial = bench.verb("<Dial>+15550001111</Dial>")
    assert isinstance(dial, Dial)
    assert await bench.clock.run(execute(dial, bench.run())) == Finished()


async def test_the_older_uris_of_a_sip_noun_ring_one_by_one(bench: Bench) -> None:
    await bench.runs(voice="<Dial><Sip><Uri>sip:a@example.com</Uri><Uri>sip:b@example.com</Uri></Sip></Dial>")
    assert len(bench.dialled[0].targets) == 2
    assert bench.dialled[0].sequential


async def test_a_recording_of_the_dial_is_told(bench: Bench) -> None:
    bench.dial_result = DialResult(status="completed", bridged=True, recording=RECORDING)
    await bench.runs(voice='<Dial record="true" recordingStatusCallback="/rec">+15550001111</Dial>')
    parameters = bench.callbacks.sent[0][2]
    assert (parameters["RecordingSource"], parameters["RecordingChannels"]) == ("DialVerb", "2")
    assert parameters["CallSid"] == bench.call.info.call_sid


async def test_a_refer_url_is_the_plan_of_a_transfer_and_is_not_asked_without_one(bench: Bench) -> None:
    await bench.runs(voice='<Dial referUrl="/refer">+15550001111</Dial>')
    assert bench.codes == []
    (request,) = bench.dialled
    assert request.transfer is not None
    assert bench.asked == ["/voice"]
