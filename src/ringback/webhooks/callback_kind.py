"""What a callback is about, told by the parameters that only its kind has (webhooks.md section 9). Pure."""

from ringback.model.record import CallbackKind
from ringback.webhooks.signature import Parameters

_MARKS = (
    ("TranscriptionSid", CallbackKind.TRANSCRIPTION),  # names its recording too
    ("RecordingStatus", CallbackKind.RECORDING),
    ("MachineDetectionDuration", CallbackKind.MACHINE_DETECTION),
    ("ConferenceSid", CallbackKind.CONFERENCE),
    ("PaymentMethod", CallbackKind.PAYMENT),
    ("UnstableSpeechResult", CallbackKind.SPEECH),
    ("CallbackSource", CallbackKind.STATUS),
    ("ContentType", CallbackKind.MESSAGE),
)


def kind_of(parameters: Parameters) -> CallbackKind:
    names = {name for name, _ in parameters}
    return next((kind for mark, kind in _MARKS if mark in names), CallbackKind.OTHER)
