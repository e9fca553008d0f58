"""`machineDetection` of a dialled leg, and `amdStatusCallback`, which is told the result (twiml.md 8.10)."""

from ringback.call.machine_detection import Answerer, DetectionRequest, MachineDetection
from ringback.interpreter.run import Run
from ringback.model.sid import CallSid
from ringback.twiml.nodes import DetectingNoun
from ringback.webhooks.callback_parameters import detection_parameters


def detection_request(noun: DetectingNoun, run: Run) -> DetectionRequest | None:
    """None where it is not asked for, where nobody is told (AM-02: the parser has said 21262), and with `sendDigits`,
    whose keys a detector would hear (webhooks.md 9.2)."""
    if noun.machine_detection is None or not noun.amd_status_callback or noun.send_digits:
        return None
    url = run.url(noun.amd_status_callback)

    def tell(call_sid: CallSid, found: Answerer) -> None:
        account_sid = run.call.info.account_sid
        parameters = detection_parameters(call_sid, account_sid, found.answered_by, found.seconds)
        run.callbacks.send(url, noun.amd_status_callback_method, parameters)

    wanted = MachineDetection(
        until_end=noun.machine_detection == "DetectMessageEnd",
        timeout_seconds=noun.machine_detection_timeout,
        speech_threshold_seconds=noun.machine_detection_speech_threshold / 1000,
        speech_end_seconds=noun.machine_detection_speech_end_threshold / 1000,
        silence_timeout_seconds=noun.machine_detection_silence_timeout / 1000,
    )
    return DetectionRequest(detection=wanted, tell=tell)
