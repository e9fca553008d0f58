"""What the callbacks of a transcription of a running call say (twiml.md 15.3). Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.parameters import given
from ringback.webhooks.signature import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionFacts:
    """A transcription as each of its callbacks names it."""

    sid: str
    account_sid: AccountSid
    call_sid: CallSid
    language: str


def started_parameters(
    facts: TranscriptionFacts,
    at: datetime,
    sequence: int,
    *,
    engine: str,
    configuration: dict[str, str],
    partials: bool,
    track: str,
) -> Parameters:
    """`configuration` is what was asked of the engine."""
    return (
        *_common(facts, "transcription-started", at, sequence),
        ("TranscriptionEngine", engine),
        ("ProviderConfiguration", json.dumps(configuration)),
        ("LanguageCode", facts.language),
        ("PartialResults", str(partials).lower()),
        ("Track", track),
    )


def content_parameters(
    facts: TranscriptionFacts,
    at: datetime,
    sequence: int,
    *,
    track: str,
    label: str | None,
    text: str,
    is_final: bool,
    confidence: float | None,
) -> Parameters:
    """`confidence` is sent of final words only. `label` is the name that the app gave the track."""
    data: dict[str, object] = {"transcript": text}
    if is_final and confidence is not None:
        data["confidence"] = round(confidence, 4)
    return (
        *_common(facts, "transcription-content", at, sequence),
        ("TranscriptionData", json.dumps(data)),
        ("Final", str(is_final).lower()),
        ("Track", track),
        ("LanguageCode", facts.language),
        *given(("Label", label)),
    )


def stopped_parameters(facts: TranscriptionFacts, at: datetime, sequence: int) -> Parameters:
    return _common(facts, "transcription-stopped", at, sequence)


def failed_parameters(facts: TranscriptionFacts, at: datetime, sequence: int, *, code: int, message: str) -> Parameters:
    return (
        *_common(facts, "transcription-error", at, sequence),
        ("ErrorCode", str(code)),
        ("ErrorMessage", message),
    )


def iso8601(moment: datetime) -> str:
    """`2026-03-24T18:15:40.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _common(facts: TranscriptionFacts, event: str, at: datetime, sequence: int) -> Parameters:
    return (
        ("AccountSid", facts.account_sid),
        ("CallSid", facts.call_sid),
        ("TranscriptionSid", facts.sid),
        ("TranscriptionEvent", event),
        ("Timestamp", iso8601(at)),
        ("SequenceId", str(sequence)),
    )
