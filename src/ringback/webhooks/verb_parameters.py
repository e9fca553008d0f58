"""What a verb's `action` request says besides the call's own parameters. Pure.

Pass these as `own_parameters`: they are lost when the app answers with a redirect (A-03).
"""

from collections.abc import Mapping

from ringback.webhooks.parameters import given, sip_header_parameters
from ringback.webhooks.signature import Parameters


def gather_digits_parameters(digits: str, finished_on_key: str = "") -> Parameters:
    """`<Gather action>` after keys (twiml.md 5.3). No keys at all is `actionOnEmptyResult` (G-10)."""
    return (("Digits", digits), ("FinishedOnKey", finished_on_key), ("msg", "Gather End"))


def gather_speech_parameters(
    text: str, confidence: float | None, language: str | None = None, speech_model: str | None = None
) -> Parameters:
    """`<Gather action>` after speech (twiml.md 5.3)."""
    return given(
        ("SpeechResult", text),
        ("Confidence", None if confidence is None else f"{confidence:.4f}"),
        ("Language", language),
        ("SpeechModel", speech_model),
        ("msg", "Gather End"),
    )


def partial_result_parameters(
    unstable: str, sequence_number: int, stable: str | None = None, stability: float | None = None
) -> Parameters:
    """`<Gather partialResultCallback>` (twiml.md 5.4)."""
    return given(
        ("UnstableSpeechResult", unstable),
        ("StableSpeechResult", stable),
        ("Stability", None if stability is None else f"{stability:.4f}"),
        ("SequenceNumber", sequence_number),
    )


def record_parameters(*, url: str, seconds: int, ended_by: str, recording_sid: str) -> Parameters:
    """`<Record action>` (twiml.md 6.3). `Digits` is the key that ended it, or `hangup`; else it is empty."""
    digits = ended_by if ended_by == "hangup" or len(ended_by) == 1 else ""
    return (
        ("RecordingUrl", url),
        ("RecordingDuration", str(seconds)),
        ("Digits", digits),
        ("RecordingSid", recording_sid),
    )


def dial_parameters(
    *,
    status: str,
    call_sid: str | None = None,
    seconds: int | None = None,
    bridged: bool = False,
    recording_url: str | None = None,
    recording_sid: str | None = None,
    recording_seconds: int | None = None,
    sip_call_id: str | None = None,
    sip_response_code: int | None = None,
    sip_headers: Mapping[str, str] | None = None,
) -> Parameters:
    """`<Dial action>` (twiml.md 7.3, and 8.2 after a SIP leg)."""
    return (
        *given(
            ("DialCallStatus", status),
            ("DialCallSid", call_sid),
            ("DialCallDuration", seconds),
            ("DialBridged", "true" if bridged else "false"),
            ("RecordingUrl", recording_url),
            ("RecordingSid", recording_sid),
            ("RecordingDuration", recording_seconds),
            ("DialSipCallId", sip_call_id),
            ("DialSipResponseCode", sip_response_code),
        ),
        *sip_header_parameters((sip_headers or {}).items(), "DialSipHeader_"),
    )


def sms_parameters(sid: str | None) -> Parameters:
    """`<Sms action>` (twiml.md section 17). Without a SID the message could not be taken."""
    return given(("SmsSid", sid), ("SmsStatus", "invalid" if sid is None else "sending"))


def sms_callback_parameters(*, account_sid: str, sid: str, from_: str, to: str) -> Parameters:
    """`<Sms statusCallback>`: a message that is kept has been sent as far as it goes."""
    return (("AccountSid", account_sid), ("SmsSid", sid), ("SmsStatus", "sent"), ("From", from_), ("To", to))


def refer_parameters(
    *, status: str | None, sip_response_code: int | None, notify_response_code: int | None
) -> Parameters:
    """`<Refer action>` (twiml.md section 13): what did not become known is left out."""
    return given(
        ("ReferCallStatus", status),
        ("ReferSipResponseCode", sip_response_code),
        ("NotifySipResponseCode", notify_response_code),
    )


def application_parameters(parameters: Parameters, customer_id: str) -> Parameters:
    """What the voice URL of an `<Application>` is told beside the parameters of the child call (twiml.md 8.6)."""
    return (*((f"Param_{name}", value) for name, value in parameters), ("customerId", customer_id))
