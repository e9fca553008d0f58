"""What the `action` requests of Gather, Record and Dial say."""

import pytest

from ringback.webhooks.verb_parameters import (
    dial_parameters,
    gather_digits_parameters,
    gather_speech_parameters,
    partial_result_parameters,
    record_parameters,
)


def test_gathered_digits_come_with_the_key_that_finished_them() -> None:
    found = dict(gather_digits_parameters("123", "#"))
    assert found == {"Digits": "123", "FinishedOnKey": "#", "msg": "Gather End"}


def test_an_empty_gather_sends_empty_digits() -> None:
    """G-10."""
    assert dict(gather_digits_parameters(""))["Digits"] == ""


def test_speech_comes_with_its_confidence() -> None:
    found = dict(gather_speech_parameters("sales please", 0.93214, "en-US"))
    assert found == {
        "SpeechResult": "sales please",
        "Confidence": "0.9321",
        "Language": "en-US",
        "msg": "Gather End",
    }


def test_confidence_may_be_missing() -> None:
    assert "Confidence" not in dict(gather_speech_parameters("yes", None))


def test_partial_speech_is_numbered() -> None:
    assert dict(partial_result_parameters("sal", 0)) == {"UnstableSpeechResult": "sal", "SequenceNumber": "0"}


@pytest.mark.parametrize(
    ("ended_by", "digits"), [("#", "#"), ("hangup", "hangup"), ("silence", ""), ("max-length", "")]
)
def test_record_says_which_key_ended_it(ended_by: str, digits: str) -> None:
    """twiml.md 6.3."""
    found = dict(record_parameters(url="http://h/RE1", seconds=7, ended_by=ended_by, recording_sid="RE1"))
    assert found == {
        "RecordingUrl": "http://h/RE1",
        "RecordingDuration": "7",
        "Digits": digits,
        "RecordingSid": "RE1",
    }


def test_a_dial_nobody_answered_says_little() -> None:
    assert dict(dial_parameters(status="no-answer")) == {"DialCallStatus": "no-answer", "DialBridged": "false"}


def test_a_completed_dial_to_sip_says_all() -> None:
    found = dict(
        dial_parameters(
            status="completed",
            call_sid="CA1",
            seconds=0,
            bridged=True,
            recording_url="http://h/RE1",
            recording_sid="RE1",
            recording_seconds=12,
            sip_call_id="id",
            sip_response_code=200,
            sip_headers={"X-Agent": "7", "Contact": "no"},
        )
    )
    assert found == {
        "DialCallStatus": "completed",
        "DialCallSid": "CA1",
        "DialCallDuration": "0",
        "DialBridged": "true",
        "RecordingUrl": "http://h/RE1",
        "RecordingSid": "RE1",
        "RecordingDuration": "12",
        "DialSipCallId": "id",
        "DialSipResponseCode": "200",
        "DialSipHeader_X-Agent": "7",
    }
