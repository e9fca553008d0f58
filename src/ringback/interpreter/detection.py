"""`machineDetection` of a dialled leg, and `amdStatusCallback`, which is told the result (twiml.md 8.10)."""

from dataclasses import dataclass

from ringback.call.machine_detection import Answerer, DetectionRequest, MachineDetection
from ringback.interpreter.outcome import Method
from ringback.interpreter.run import Callbacks, Run
from ringback.model.sid import AccountSid, CallSid, derived_sid
from ringback.twiml.nodes import DetectingNoun
from ringback.webhooks.callback_parameters import detection_parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionCallback:
    """Tells the app who answered. From the beginning of the detection on it is held what a call says of itself that
    ends before: `unknown`."""

    callbacks: Callbacks
    account_sid: AccountSid
    url: str
    method: Method

    def began(self, call_sid: CallSid) -> None:
        parameters = detection_parameters(call_sid, self.account_sid, "unknown", 0)
        self.callbacks.hold(self.url, self.method, parameters, sid=_callback_sid(call_sid))

    def tell(self, call_sid: CallSid, found: Answerer) -> None:
        parameters = detection_parameters(call_sid, self.account_sid, found.answered_by, found.seconds)
        self.callbacks.send(self.url, self.method, parameters, sid=_callback_sid(call_sid))


def detection_request(noun: DetectingNoun, run: Run) -> DetectionRequest | None:
    """None where it is not asked for, where nobody is told (AM-02: the parser has said 21262), and with `sendDigits`,
    whose keys a detector would hear (webhooks.md 9.2)."""
    if noun.machine_detection is None or not noun.amd_status_callback or noun.send_digits:
        return None
    callback = DetectionCallback(
        callbacks=run.callbacks,
        account_sid=run.call.info.account_sid,
        url=run.url(noun.amd_status_callback),
        method=noun.amd_status_callback_method,
    )
    wanted = MachineDetection(
        until_end=noun.machine_detection == "DetectMessageEnd",
        timeout_seconds=noun.machine_detection_timeout,
        speech_threshold_seconds=noun.machine_detection_speech_threshold / 1000,
        speech_end_seconds=noun.machine_detection_speech_end_threshold / 1000,
        silence_timeout_seconds=noun.machine_detection_silence_timeout / 1000,
    )
    return DetectionRequest(detection=wanted, tell=callback.tell, began=callback.began)


def _callback_sid(call_sid: CallSid) -> str:
    return derived_sid("CB", call_sid, "detection")
