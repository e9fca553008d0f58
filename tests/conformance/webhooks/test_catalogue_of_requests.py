"""Each request of webhooks.md section 9 in a whole call: which parameters it has, no fewer and no more."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from ringback.model.sid import AccountSid, CallSid
from ringback.testing import AppRequest, AppResponse, Arrival, Caller, Phone, PlacedCall, Transcript, VirtualApp
from ringback.testing.app_transport import Answer
from ringback.testing.transcript import Requested
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transcription_parameters import (
    TranscriptionFacts,
    content_parameters,
    failed_parameters,
    started_parameters,
    stopped_parameters,
)
from tests.conformance.rules import PAGES as PAGES_OF_DOCS


def named(names: str) -> set[str]:
    return set(names.split())


COMMON = named("CallSid AccountSid From To Caller Called CallStatus ApiVersion Direction")
SIP = named("SipDomain SipDomainSid SipUsername SipCallId SipSourceIp SipHeader_X-Route")
CALLER = COMMON | SIP
CHILD = COMMON | {"ParentCallSid"}
PROGRESS = named("Timestamp SequenceNumber CallbackSource")
ENDING = named("CallDuration Duration SipResponseCode")
RECORDING = named(
    "AccountSid CallSid RecordingSid RecordingUrl RecordingStatus RecordingChannels RecordingSource RecordingStartTime "
    "RecordingTrack ErrorCode"
)
PARTICIPANT = named("CallSid Muted Hold Coaching EndConferenceOnExit StartConferenceOnEnter")
ROOM = named("ConferenceSid FriendlyName AccountSid SequenceNumber Timestamp StatusCallbackEvent")

NUMBER, BOB, CAROL = "+15550001111", "bob@example.com", "sip:carol@example.com"
APPLICATION = "AP" + "1" * 32
EVERY_EVENT = 'statusCallbackEvent="initiated ringing answered completed"'
RECORDED = 'recordingStatusCallback="/recording" recordingStatusCallbackEvent="in-progress completed absent"'

SPEAKER = Caller().says("hello there, this is somebody who talks for a while", at=2)
PAYER = (
    Caller().hears("card number").presses("4111111111111111#").hears("expiration").presses("1299")
    .hears("security code").presses("123").hears("postal code").presses("94110#")
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request of the catalogue: the document that brings it about, where it goes, and what it says."""

    request: str
    verbs: str = "<Say>Hi</Say>"
    path: str
    says: set[str]
    at: int = 0  # which of the requests to that path
    caller: Caller = field(default_factory=Caller)
    is_callback: bool = False


GATHER = '<Gather action="/done" numDigits="1" actionOnEmptyResult="true"/>'
LISTEN = '<Gather input="speech" action="/done" partialResultCallback="/partial"/>'
RECORD = f'<Record action="/done" {RECORDED} transcribe="true" transcribeCallback="/text"/>'
LEG = f'<Number statusCallback="/leg" {EVERY_EVENT} url="/screen" machineDetection="Enable" amdStatusCallback="/amd">'
DIAL = f'<Dial action="/done" record="record-from-answer" {RECORDED}>{LEG}{NUMBER}</Number></Dial>'
DIAL_SIP = f'<Dial action="/done"><Sip url="/screen">{BOB}</Sip></Dial>'
CONFER = (
    '<Dial action="/done"><Conference waitUrl="/wait" statusCallback="/room" statusCallbackEvent="start end join leave"'
    f" {RECORDED}>room</Conference></Dial>"
)
APPLY = (
    f'<Dial><Application customerId="7"><ApplicationSid>{APPLICATION}</ApplicationSid><Parameter name="a" value="1"/>'
    "</Application></Dial>"
)
TRANSFERRED = f'<Dial referUrl="/refer"><Sip>{CAROL}</Sip></Dial>'
LEAVES = Caller().hangs_up(at=9)
GATHERED = {"Digits", "FinishedOnKey", "msg"}
DIALLED = {"DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged"}

ROWS = (
    Row(request="VoiceUrl of a call by SIP", path="/voice", says=CALLER),
    Row(
        request="fallback URL", verbs="<Redirect>/missing</Redirect>", path="/sorry",
        says=CALLER | {"ErrorCode", "ErrorUrl"},
    ),
    Row(request="status callback", path="/status", says=COMMON | PROGRESS | ENDING, is_callback=True),
    Row(request="Gather action, a key", verbs=GATHER, path="/done", says=CALLER | GATHERED,
        caller=Caller().presses("1", at=2)),
    Row(request="Gather action, nothing", verbs=GATHER, path="/done", says=CALLER | GATHERED),
    Row(request="Gather action, speech", verbs=LISTEN, path="/done", caller=SPEAKER,
        says=CALLER | {"SpeechResult", "Confidence", "Language", "SpeechModel", "msg"}),
    Row(request="partialResultCallback", verbs=LISTEN, path="/partial", caller=SPEAKER, is_callback=True,
        says=COMMON | {"UnstableSpeechResult", "SequenceNumber"}),
    Row(request="Record action", verbs=RECORD, path="/done", caller=SPEAKER,
        says=CALLER | {"RecordingUrl", "RecordingDuration", "RecordingSid", "Digits"}),
    Row(request="recordingStatusCallback, in-progress", verbs=RECORD, path="/recording", caller=SPEAKER,
        is_callback=True, says=RECORDING),
    Row(request="recordingStatusCallback, completed", verbs=RECORD, path="/recording", at=1, caller=SPEAKER,
        is_callback=True, says=RECORDING | {"RecordingDuration"}),
    Row(request="transcribeCallback", verbs=RECORD, path="/text", caller=SPEAKER, is_callback=True,
        says=COMMON | named("TranscriptionSid TranscriptionText TranscriptionStatus TranscriptionUrl RecordingSid "
                          "RecordingUrl")),
    Row(request="Dial action", verbs=DIAL, path="/done",
        says=CALLER | DIALLED | {"RecordingUrl", "RecordingSid", "RecordingDuration"}),
    Row(request="Dial action after a SIP leg", verbs=DIAL_SIP, path="/done",
        says=CALLER | DIALLED | {"DialSipCallId", "DialSipResponseCode", "DialSipHeader_X-Desk"}),
    Row(request="Dial action after a conference", verbs=CONFER, path="/done", caller=LEAVES,
        says=CALLER | {"DialCallStatus", "DialBridged"}),
    Row(request="recordingStatusCallback of a Dial", verbs=DIAL, path="/recording", at=1, is_callback=True,
        says=RECORDING | {"RecordingDuration"}),
    Row(request="referUrl", verbs=TRANSFERRED, path="/refer", says=CALLER | {"ReferTransferTarget"}),
    Row(request="screening of a number", verbs=DIAL, path="/screen", says=CHILD),
    Row(request="screening of a SIP leg", verbs=DIAL_SIP, path="/screen",
        says=CHILD | {"SipCallId", "SipHeader_X-Desk"}),
    Row(request="noun statusCallback, before the end", verbs=DIAL, path="/leg", is_callback=True,
        says=CHILD | PROGRESS),
    Row(request="noun statusCallback, completed", verbs=DIAL, path="/leg", at=3, is_callback=True,
        says=CHILD | PROGRESS | ENDING),
    Row(request="amdStatusCallback", verbs=DIAL, path="/amd", is_callback=True,
        says={"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}),
    Row(request="conference statusCallback, join", verbs=CONFER, path="/room", caller=LEAVES, is_callback=True,
        says=ROOM | PARTICIPANT),
    Row(request="conference statusCallback, leave", verbs=CONFER, path="/room", at=1, caller=LEAVES, is_callback=True,
        says=ROOM | PARTICIPANT | {"ReasonParticipantLeft", "ParticipantCallStatus"}),
    Row(request="conference statusCallback, end", verbs=CONFER, path="/room", at=2, caller=LEAVES, is_callback=True,
        says=ROOM | {"CallSidEndingConference", "ReasonConferenceEnded", "Reason"}),
    Row(request="conference waitUrl", verbs=CONFER, path="/wait", caller=LEAVES, says=CALLER),
    Row(request="Application voice URL", verbs=APPLY, path="/application", says=CHILD | {"Param_a", "customerId"}),
    Row(request="Refer action", verbs=f'<Refer action="/done"><Sip>{CAROL}</Sip></Refer>', path="/done",
        says=CALLER | {"ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"}),
    Row(request="Pay action", verbs='<Pay action="/done"/>', path="/done", caller=PAYER,
        says=CALLER | named("Result PaymentMethod PaymentToken PaymentCardNumber PaymentCardType ExpirationDate "
                          "SecurityCode PaymentCardPostalCode")),
    Row(request="Pay statusCallback", verbs='<Pay action="/done" statusCallback="/paying"/>', path="/paying",
        caller=PAYER, is_callback=True, says={"CallSid", "AccountSid", "For", "Attempt", "PaymentMethod"}),
)  # fmt: skip

PATHS = (
    "/status", "/done", "/partial", "/recording", "/text", "/leg", "/screen", "/amd", "/room", "/refer", "/paying",
    "/sorry", "/application",
)  # fmt: skip
PAGES = dict.fromkeys(PATHS, "<Response/>") | {"/wait": '<Response><Pause length="2"/></Response>'}
PHONES = {
    NUMBER: Phone.answers(after=2, talks=10).detected_as("human"),
    BOB: Phone.answers(after=2, talks=10, headers={"X-Desk": "7", "Contact": "no"}),
    CAROL: Phone.answers(after=1).transfers("sip:dave@example.com"),
}


def names_sent(request: AppRequest) -> list[str]:
    """Of query and body, in the order they come."""
    parts = request.body.decode() if request.method == "POST" else request.url.partition("?")[2]
    return [name for name, _ in parse_qsl(parts, keep_blank_values=True)]


def app_of(pages: Callable[[AppRequest], str | None]) -> Callable[[AppRequest], Answer]:
    """An app that takes no parameter twice: to many frameworks two values are a list, and no text."""

    def answer(request: AppRequest) -> Answer:
        names = names_sent(request)
        assert sorted(names) == sorted(set(names)), request.path
        page = pages(request)
        return AppResponse(status=404) if page is None else page

    return answer


def run(row: Row) -> Transcript:
    pages = {"/voice": f"<Response>{row.verbs}</Response>", **PAGES}
    app = VirtualApp(
        app_of(lambda request: pages.get(request.path)),
        phones=PHONES,
        applications={APPLICATION: "/application"},
        fallback_url="/sorry",
        status_callback="/status",
    )
    return app.run_call(row.caller, headers={"X-Route": "42"})


def requests_to(path: str, transcripts: Sequence[Transcript]) -> list[Requested]:
    events = [event for transcript in transcripts for event in transcript.events]
    return [event for event in events if isinstance(event, Requested) and event.path == path]


@pytest.mark.parametrize("row", ROWS, ids=[row.request for row in ROWS])
def test_9_a_request_has_exactly_these_parameters(row: Row) -> None:
    found = requests_to(row.path, [run(row)])
    request = found[row.at]
    assert set(request.parameters) == row.says
    assert request.is_callback is row.is_callback


QUEUE = {
    "/voice": '<Response><Enqueue action="/done" waitUrl="/wait">line</Enqueue></Response>',
    "/wait": '<Response><Pause length="2"/></Response>',
}
AGENT = '<Response><Dial action="/dialled"><Queue url="/whisper">line</Queue></Dial></Response>'
QUEUED = {"QueueSid", "QueueTime"}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/wait", QUEUED | {"QueuePosition", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"}),
        ("/done", QUEUED | {"QueueResult"}),
        ("/whisper", QUEUED | {"DequeingCallSid"}),
        ("/dialled", QUEUED | DIALLED | {"DequeuedCallSid"}),
    ],
)
def test_9_requests_round_a_queue(path: str, says: set[str]) -> None:
    """`<Enqueue waitUrl>`, `<Enqueue action>`, `<Queue url>`, and the action of the Dial that took the caller out."""
    app = VirtualApp(
        app_of(
            lambda request: (
                AGENT
                if request.path == "/voice" and "caller-2" in request.parameters["From"]
                else QUEUE.get(request.path, "<Response/>")
            )
        )
    )
    transcripts = app.run_calls([Arrival(caller=Caller()), Arrival(caller=Caller().hangs_up(at=20), at=8)])
    request = requests_to(path, transcripts)[0]
    assert set(request.parameters) == (CALLER - {"SipHeader_X-Route"}) | says


def test_9_the_first_request_of_a_call_over_rest_says_who_answered_when_that_was_waited_for() -> None:
    app = VirtualApp({"/voice": "<Response/>"})
    plain, detected = (
        requests_to("/voice", [app.place_call(PlacedCall(machine_detection=wanted))])[0] for wanted in (False, True)
    )
    assert set(plain.parameters) == COMMON
    assert set(detected.parameters) == COMMON | {"AnsweredBy", "MachineDetectionDuration"}


FACTS = TranscriptionFacts(sid="GT1", account_sid=AccountSid("AC1"), call_sid=CallSid("CA1"), language="en-US")
NOW = datetime(2026, 3, 24, tzinfo=UTC)
TRANSCRIBED = named("AccountSid CallSid TranscriptionSid TranscriptionEvent Timestamp SequenceId")


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        (
            started_parameters(FACTS, NOW, 1, engine="e", configuration={}, partials=False, track="both_tracks"),
            {"TranscriptionEngine", "ProviderConfiguration", "LanguageCode", "PartialResults", "Track"},
        ),
        (
            content_parameters(
                FACTS, NOW, 2, track="inbound_track", label=None, text="hi", is_final=True, confidence=1.0
            ),
            {"TranscriptionData", "Final", "Track", "LanguageCode"},
        ),
        (stopped_parameters(FACTS, NOW, 3), set()),
        (failed_parameters(FACTS, NOW, 3, code=32650, message="no"), {"ErrorCode", "ErrorMessage"}),
    ],
)
def test_9_callbacks_of_a_transcription(parameters: Parameters, says: set[str]) -> None:
    assert {name for name, _ in parameters} == TRANSCRIBED | says


CATALOGUE = (
    "VoiceUrl", "fallback URL", "status callback", "REST call Url", "Gather action", "partialResultCallback",
    "Record action", "recordingStatusCallback", "transcribeCallback", "Dial action", "referUrl", "screening",
    "noun statusCallback", "amdStatusCallback", "conference statusCallback", "conference waitUrl", "Enqueue waitUrl",
    "Enqueue action", "Queue url", "Application voice URL", "Refer action", "Connect action", "Stream statusCallback",
    "Siprec statusCallback", "Transcription statusCallbackUrl", "Pay action", "Pay statusCallback",
    "clientNotificationUrl",
)  # fmt: skip
IN_TESTS_OF_THEIR_OWN = {
    "REST call Url", "Enqueue waitUrl", "Enqueue action", "Queue url", "Transcription statusCallbackUrl",
}  # fmt: skip


def not_sent() -> set[str]:
    """The table of the page; each row has a reason."""
    section = (PAGES_OF_DOCS / "webhooks.md").read_text().partition("## Requests that are not sent")[2]
    return set(re.findall(r"^\| ([A-Za-z]+(?: [A-Za-z]+)?) \| .{20,} \|$", section.partition("\n## ")[0], re.MULTILINE))


def test_9_no_request_of_the_catalogue_is_forgotten() -> None:
    held = {name for name in CATALOGUE if any(row.request.startswith(name) for row in ROWS)} | IN_TESTS_OF_THEIR_OWN
    assert held | not_sent() == set(CATALOGUE)
    assert not held & not_sent()
