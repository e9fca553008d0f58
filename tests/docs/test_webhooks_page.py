"""`docs/reference/webhooks.md` names exactly the parameters, limits and codes that the code has."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from ringback.call.machine_detection import AnsweredBy
from ringback.call.queue_request import QueueResult
from ringback.model.call_status import CallStatus, Direction
from ringback.model.conference_event import ConferenceEvent, EventKind, ParticipantFacts
from ringback.model.record import CallbackState, RecordingStatus
from ringback.model.sid import AccountSid, CallSid, ConferenceSid, RecordingSid
from ringback.server.telling import CALLBACK_GRACE_SECONDS
from ringback.services.resume_callbacks import RESUME_AGE
from ringback.webhooks import client, cookies, delivery, http_cache, outbox, url
from ringback.webhooks.callback_parameters import (
    Completion,
    RecordingFacts,
    detection_parameters,
    recording_callback_parameters,
    status_callback_parameters,
    transcription_parameters,
)
from ringback.webhooks.conference_parameters import (
    ConferenceRecordingFacts,
    conference_event_parameters,
    conference_recording_parameters,
    record_end_parameters,
)
from ringback.webhooks.content_type import AUDIO_TYPES
from ringback.webhooks.errors import FailureCode
from ringback.webhooks.message_parameters import MessageFacts, message_parameters
from ringback.webhooks.overrides import Overrides
from ringback.webhooks.parameters import (
    CallFacts,
    call_parameters,
    common_parameters,
    fallback_parameters,
    sip_parameters,
)
from ringback.webhooks.payment_parameters import (
    PaymentFacts,
    PaymentOutcome,
    payment_progress_parameters,
    payment_result_parameters,
)
from ringback.webhooks.queue_parameters import (
    dequeued_parameters,
    dial_queue_parameters,
    enqueue_parameters,
    queue_wait_parameters,
)
from ringback.webhooks.signature import Parameters
from ringback.webhooks.transcription_parameters import (
    TranscriptionFacts,
    content_parameters,
    failed_parameters,
    started_parameters,
    stopped_parameters,
)
from ringback.webhooks.verb_parameters import (
    application_parameters,
    dial_parameters,
    gather_digits_parameters,
    gather_speech_parameters,
    partial_result_parameters,
    record_parameters,
    refer_parameters,
    sms_callback_parameters,
    sms_parameters,
)

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "webhooks.md").read_text()

CALL = CallFacts(
    call_sid=CallSid("CA1"),
    account_sid=AccountSid("AC1"),
    from_="a",
    to="b",
    direction=Direction.INBOUND,
    status=CallStatus.COMPLETED,
    parent_call_sid=CallSid("CA0"),
    caller_name="",
    forwarded_from="c",
    answered_by="human",
)
RECORDING = RecordingFacts(
    recording_sid=RecordingSid("RE1"),
    account_sid=AccountSid("AC1"),
    call_sid=CallSid("CA1"),
    url="u",
    status=RecordingStatus.COMPLETED,
    source="RecordVerb",
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    seconds=1,
)

MOMENT = RECORDING.started_at
ROOM_RECORDING = ConferenceRecordingFacts(
    recording_sid=RecordingSid("RE1"),
    account_sid=AccountSid("AC1"),
    conference_sid=ConferenceSid("CF1"),
    url="u",
    status=RecordingStatus.COMPLETED,
    started_at=MOMENT,
    seconds=1,
)
PAYMENT = PaymentFacts(
    method="credit-card",
    card_number="n",
    card_type="visa",
    expiration_date="1",
    security_code="x",
    postal_code="1",
    bank_routing_number="1",
    bank_account_number="1",
    bank_account_type="t",
)
CONFERENCE_EVENTS: tuple[EventKind, ...] = ("participant-leave", "conference-end")
CONFERENCE = ConferenceEvent(
    kind="participant-leave",
    conference_sid=ConferenceSid("CF1"),
    friendly_name="room",
    account_sid=AccountSid("AC1"),
    at=MOMENT,
    participant=ParticipantFacts(call_sid=CallSid("CA1"), label="l"),
    reason_ended="last-participant-left",
    reason_left="participant_hung_up",
    call_status=CallStatus.COMPLETED,
    announce_url="u",
    reason_announcement_failed="r",
)
WORDS = TranscriptionFacts(sid="GT1", account_sid=AccountSid("AC1"), call_sid=CallSid("CA1"), language="en-US")


def all_of(*callbacks: Parameters) -> Parameters:
    """Every name that some of them has, once."""
    return tuple({name: value for callback in callbacks for name, value in callback}.items())


def status_only() -> Parameters:
    """What a status callback adds to the common parameters."""
    completion = Completion(seconds=1, sip_response_code=200, recording=RECORDING)
    sent = status_callback_parameters(
        CALL, "completed", timestamp=RECORDING.started_at, sequence_number=0, completion=completion
    )
    return sent[len(common_parameters(CALL)) :]


BUILDERS: dict[str, Parameters] = {
    "Every TwiML request": call_parameters(CALL),
    "Calls that came by SIP": sip_parameters(
        domain="d",
        domain_sid="SD1",
        username="u",
        call_id="i",
        source_ip="192.0.2.1",
        headers=(("X-Name", "v"), ("User-to-User", "v")),
    ),
    "Fallback URL": fallback_parameters(11200, "u"),
    "Gather action, after keys": gather_digits_parameters("1", "#"),
    "Gather action, after speech": gather_speech_parameters("yes", 1.0, "en-US", "default"),
    "Gather partialResultCallback": partial_result_parameters("y", 0, "y", 1.0),
    "Record action": record_parameters(url="u", seconds=1, ended_by="#", recording_sid="RE1"),
    "The voice URL of a dialled application": application_parameters((("<name>", "42"),), "AC1"),
    "Dial action": dial_parameters(
        status="completed",
        call_sid="CA1",
        seconds=1,
        bridged=True,
        recording_url="u",
        recording_sid="RE1",
        recording_seconds=1,
        sip_call_id="i",
        sip_response_code=200,
        sip_headers={"X-Name": "v"},
    ),
    "Dial action, after a queue": dial_queue_parameters(
        status="completed",
        bridged=True,
        queue_sid="QU1",
        seconds_in_queue=1,
        dequeued_call_sid="CA2",
        duration_seconds=1,
        recording_url="u",
        recording_sid="RE1",
        recording_seconds=1,
    ),
    "Enqueue waitUrl": queue_wait_parameters(
        queue_sid="QU1", position=1, seconds=1, average_seconds=1, size=1, max_size=1
    ),
    "Enqueue action": enqueue_parameters(result="bridged", queue_sid="QU1", seconds=1),
    "The url of a Queue": dequeued_parameters(queue_sid="QU1", seconds=1, dequeuing_call_sid="CA2"),
    "Refer action": refer_parameters(status="completed", sip_response_code=202, notify_response_code=200),
    "Sms action": sms_parameters("SM1"),
    "Sms statusCallback": sms_callback_parameters(account_sid="AC1", sid="SM1", from_="a", to="b"),
    "Pay action": payment_result_parameters(
        PaymentOutcome(
            result="success",
            token="t",
            confirmation_code="c",
            profile_id="p",
            error="e",
            error_code=1,
            connector_error="e",
        ),
        PAYMENT,
    ),
    "Pay statusCallback": payment_progress_parameters(
        account_sid="AC1", call_sid="CA1", for_="security-code", attempt=2, error_type="input-timeout", facts=PAYMENT
    ),
    "Status callback": status_only(),
    "Recording status callback": recording_callback_parameters(RECORDING),
    "Recording status callback of a conference": conference_recording_parameters(ROOM_RECORDING),
    "The eventCallbackUrl of a conference": record_end_parameters(ROOM_RECORDING, "room"),
    "User-defined message callback": message_parameters(
        MessageFacts(
            sid="KX1",
            account_sid=AccountSid("AC1"),
            call_sid=CallSid("CA1"),
            content_type="application/json",
            content="{}",
            number=1,
            received_at=MOMENT,
        )
    ),
    "Transcribe callback": transcription_parameters(
        CALL, sid="TR1", text="hi", recording_sid=RecordingSid("RE1"), recording_url="u"
    )[len(common_parameters(CALL)) :],
    "Machine detection callback": detection_parameters(CallSid("CA1"), AccountSid("AC1"), "human", 1.0),
    "Conference status callback": all_of(
        *(conference_event_parameters(replace(CONFERENCE, kind=kind), 1) for kind in CONFERENCE_EVENTS)
    ),
    "Transcription callback": all_of(
        started_parameters(WORDS, MOMENT, 1, engine="e", configuration={}, partials=False, track="inbound_track"),
        content_parameters(
            WORDS, MOMENT, 2, track="inbound_track", label="l", text="hi", is_final=True, confidence=1.0
        ),
        stopped_parameters(WORDS, MOMENT, 3),
        failed_parameters(WORDS, MOMENT, 3, code=1, message="m"),
    ),
}


def section(title: str) -> str:
    """The text below a heading, up to the next."""
    return re.split(r"\n#+ ", PAGE.split(f" {title}\n", 1)[1])[0]


def first_cells(title: str) -> list[str]:
    """The first cell of each row of the section's table."""
    rows = [line for line in section(title).splitlines() if line.startswith("|")]
    return [row.split("|")[1].strip() for row in rows[2:]]


@pytest.mark.parametrize("title", sorted(BUILDERS))
def test_a_table_of_parameters_is_what_the_builder_makes(title: str) -> None:
    documented = [name for cell in first_cells(title) for name in re.findall(r"`([^`]+)`", cell)]
    assert sorted(documented) == sorted(name for name, _ in BUILDERS[title])


@pytest.mark.parametrize(
    ("title", "parameter", "values"),
    [
        ("Enqueue action", "QueueResult", get_args(QueueResult)),
        ("Machine detection callback", "AnsweredBy", get_args(AnsweredBy)),
    ],
)
def test_the_values_of_a_parameter_are_all_there(title: str, parameter: str, values: tuple[str, ...]) -> None:
    (row,) = (line for line in section(title).splitlines() if line.startswith(f"| `{parameter}`"))
    assert sorted(re.findall(r"`([^`]+)`", row)[1:]) == sorted(values)


def test_every_table_below_parameters_is_compared() -> None:
    parameters = PAGE.split("\n## Parameters\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (.+)$", parameters, re.MULTILINE)) == set(BUILDERS)


def test_the_limits_are_those_of_the_code() -> None:
    defaults = Overrides()
    rows = [line.split("|")[2].strip() for line in section("Limits").splitlines() if line.startswith("|")][2:]
    assert rows == [
        f"{defaults.connect_seconds:g} s",
        f"{defaults.total_seconds:g} s",
        str(defaults.retries),
        "0",
        str(client.MAX_REDIRECTS),
        f"{client.MAX_DOCUMENT_BYTES} bytes",
        f"{client.MAX_MEDIA_BYTES} bytes",
        str(cookies.MAX_COOKIES),
        str(http_cache.MAX_CACHE_ANSWERS),
        f"{http_cache.MAX_CACHE_BYTES} bytes",
    ]
    assert f"at most {url.MAX_URL_LENGTH} characters" in PAGE
    assert f"found {delivery.MAX_WAITING} others waiting" in PAGE
    assert f"waited for {delivery.QUEUE_SECONDS:g} seconds behind others" in PAGE


def test_the_page_promises_of_callbacks_what_the_code_keeps() -> None:
    callbacks = section("Callbacks")
    assert f"waits for it for {outbox.SECURE_SECONDS:g} seconds" in callbacks
    assert f"more than {RESUME_AGE // timedelta(hours=1)} hours" in callbacks
    assert f"callbacks have {CALLBACK_GRACE_SECONDS:g} seconds" in callbacks
    shown = ", ".join(f"`{state}`" for state in CallbackState if state is not CallbackState.HELD)
    assert f"`State` ({shown})" in callbacks
    for path in ("/Callbacks.json", "/Callbacks/{Sid}/Replay.json"):
        assert path in callbacks


@pytest.mark.parametrize(
    "row", [line for line in section("Connection overrides").splitlines() if line.startswith("| `")]
)
def test_an_override_has_the_range_and_default_of_the_page(row: str) -> None:
    key, _, limits, default = (cell.strip().strip("`") for cell in row.strip("|").split("|"))
    assert Overrides.parse(f"http://h/#{key}={default}")[1] == Overrides()
    for number in re.findall(r"\d+", limits):
        assert Overrides.parse(f"http://h/#{key}={number}")[1] is not None
        low_or_high = Overrides.parse(f"http://h/#{key}={number}")[1]
        assert low_or_high != Overrides() or number == default
    if limits:
        beyond = int(limits.rpartition(" ")[2]) + 1
        assert Overrides.parse(f"http://h/#{key}={beyond}")[1] == Overrides()


def test_the_codes_are_those_that_are_reported() -> None:
    assert [int(cell) for cell in first_cells("Errors")] == sorted(code.value for code in FailureCode)


def test_the_media_types_are_those_that_are_taken() -> None:
    assert set(re.findall(r"`((?:audio|application)/[a-z0-9.-]+)`", section("Media"))) == set(AUDIO_TYPES)
