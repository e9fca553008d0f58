"""What the callbacks of a running transcription say (twiml.md 15.3)."""

import json
from datetime import UTC, datetime

from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.transcription_parameters import (
    TranscriptionFacts,
    content_parameters,
    failed_parameters,
    started_parameters,
    stopped_parameters,
)

AT = datetime(2026, 3, 2, 10, 4, 55, 250000, tzinfo=UTC)
FACTS = TranscriptionFacts(
    sid="GT" + "1" * 32, account_sid=AccountSid("AC" + "1" * 32), call_sid=CallSid("CA" + "1" * 32), language="en-US"
)
COMMON = {
    "AccountSid": FACTS.account_sid,
    "CallSid": FACTS.call_sid,
    "TranscriptionSid": FACTS.sid,
    "Timestamp": "2026-03-02T10:04:55.250000Z",
}


def test_started_tells_what_was_asked_for() -> None:
    told = dict(
        started_parameters(
            FACTS, AT, 1, engine="google", configuration={"hints": "a,b"}, partials=True, track="both_tracks"
        )
    )
    assert json.loads(told.pop("ProviderConfiguration")) == {"hints": "a,b"}
    assert told == {
        **COMMON,
        "TranscriptionEvent": "transcription-started",
        "SequenceId": "1",
        "TranscriptionEngine": "google",
        "LanguageCode": "en-US",
        "PartialResults": "true",
        "Track": "both_tracks",
    }


def test_confidence_is_sent_of_final_words_only() -> None:
    def content(*, is_final: bool) -> dict[str, str]:
        told = content_parameters(
            FACTS, AT, 2, track="inbound_track", label="caller", text="hello", is_final=is_final, confidence=0.95
        )
        return dict(told)

    final, partial = content(is_final=True), content(is_final=False)
    assert json.loads(final["TranscriptionData"]) == {"transcript": "hello", "confidence": 0.95}
    assert json.loads(partial["TranscriptionData"]) == {"transcript": "hello"}
    assert (final["Final"], partial["Final"], final["Track"], final["Label"]) == (
        "true", "false", "inbound_track", "caller",
    )  # fmt: skip


def test_the_ends_are_told_apart() -> None:
    stopped = dict(stopped_parameters(FACTS, AT, 3))
    assert stopped == {**COMMON, "TranscriptionEvent": "transcription-stopped", "SequenceId": "3"}
    failed = dict(failed_parameters(FACTS, AT, 3, code=13340, message="out of order"))
    assert (failed["TranscriptionEvent"], failed["ErrorCode"], failed["ErrorMessage"]) == (
        "transcription-error", "13340", "out of order",
    )  # fmt: skip
