"""Callbacks are told apart by the parameters that builders really give them."""

import pytest

from ringback.model.record import CallbackKind
from ringback.model.sid import AccountSid, CallSid
from ringback.webhooks.callback_kind import kind_of
from ringback.webhooks.callback_parameters import detection_parameters
from ringback.webhooks.payment_parameters import PaymentFacts, payment_progress_parameters
from ringback.webhooks.signature import Parameters
from ringback.webhooks.verb_parameters import partial_result_parameters


def test_each_kind_has_its_mark() -> None:
    payment = payment_progress_parameters(
        account_sid="AC1",
        call_sid="CA1",
        for_="x",
        attempt=1,
        error_type=None,
        facts=PaymentFacts(method="credit-card"),
    )
    assert kind_of(payment) is CallbackKind.PAYMENT
    assert (
        kind_of(detection_parameters(CallSid("CA1"), AccountSid("AC1"), "human", 1.0)) is CallbackKind.MACHINE_DETECTION
    )
    assert kind_of(partial_result_parameters("so far", sequence_number=0)) is CallbackKind.SPEECH


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ((("CallSid", "CA1"), ("CallbackSource", "call-progress-events")), CallbackKind.STATUS),
        ((("CallSid", "CA1"), ("RecordingSid", "RE1"), ("RecordingStatus", "completed")), CallbackKind.RECORDING),
        ((("ConferenceSid", "CF1"), ("RecordingStatus", "completed")), CallbackKind.RECORDING),
        ((("ConferenceSid", "CF1"), ("StatusCallbackEvent", "start")), CallbackKind.CONFERENCE),
        ((("RecordingSid", "RE1"), ("TranscriptionSid", "TR1")), CallbackKind.TRANSCRIPTION),
        ((("MessageSid", "SM1"),), CallbackKind.OTHER),
        ((), CallbackKind.OTHER),
    ],
)
def test_a_callback_is_known_by_its_parameters(parameters: Parameters, kind: CallbackKind) -> None:
    assert kind_of(parameters) is kind
