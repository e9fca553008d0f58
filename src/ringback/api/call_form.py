"""What the parameters of a call over REST may be, and the order that they make (rest-api.md 9.2, Create and Update)."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from ringback.api.form import Form
from ringback.api.value import (
    BAD_URL,
    HttpMethod,
    Method,
    Missing,
    Switch,
    Text,
    WebUrl,
    one_of,
    refusal,
    sid_of,
    text_of,
    whole,
    words,
)
from ringback.call.machine_detection import MachineDetection
from ringback.model.sid import AccountSid
from ringback.services.call_order import (
    DEFAULT_TIMEOUT_SECONDS,
    MAX_TIMEOUT_SECONDS,
    CallbackTarget,
    CallOrder,
    DetectionOrder,
    RecordOrder,
)
from ringback.services.change_call import CallChange
from ringback.services.check_order import BAD_DETECTION, BAD_TIMEOUT, BAD_TO, MAX_TIME_LIMIT_SECONDS
from ringback.services.order_call import BAD_FROM
from ringback.services.read_script import BAD_APPLICATION, ReadyScript, Script

TO_MISSING, FROM_MISSING = 21201, 21213
BAD_IF_MACHINE = 21207
TWIML_TOO_LARGE = 32018
MAX_TWIML = 4000
MAX_ADDRESS = 4000
MAX_EVENTS = 20

_Filled = Mapping[str, Any]


def _without_underscores(url: str) -> str:
    """The host of a status callback has no underscore (rest-api.md 9.2)."""
    if url and "_" in (urlsplit(url).hostname or ""):
        raise refusal(f"the host name of {url[:200]!r} has an underscore", BAD_URL)
    return url


def _loose_words(value: object) -> tuple[str, ...]:
    """Any words; which of them there are is looked at later."""
    given = value if isinstance(value, list | tuple) else [value]
    listed = [word.lower() for text in given for word in re.split(r"[\s,]+", str(text)) if word]
    return tuple(dict.fromkeys(listed))[:MAX_EVENTS]


CallbackUrl = Annotated[WebUrl, AfterValidator(_without_underscores)]
Twiml = Annotated[str, text_of(MAX_TWIML, code=TWIML_TOO_LARGE)]
Milliseconds = int


class FilledForm(Form):
    """A form in which a parameter that is there but empty counts as absent."""

    @classmethod
    def _values(cls, pairs: Sequence[tuple[str, str]]) -> _Filled:
        return super()._values([(name, value) for name, value in pairs if value.strip()])


class CallForm(FilledForm):
    """Create. Kept without effect: Byoc, CallToken, ClientNotificationUrl, Passports, RecordingConfigurationId and the
    old IfMachine."""

    to: Annotated[str, text_of(MAX_ADDRESS, code=BAD_TO), Missing(TO_MISSING, "No 'To' number is specified")]
    from_: Annotated[str, text_of(MAX_ADDRESS, code=BAD_FROM), Missing(FROM_MISSING, "No 'From' number is specified")]
    url: WebUrl | None = None
    twiml: Twiml | None = None
    application_sid: Annotated[str, sid_of("AP", BAD_APPLICATION)] | None = None
    method: HttpMethod = "POST"
    fallback_url: WebUrl | None = None
    fallback_method: HttpMethod = "POST"
    status_callback: CallbackUrl | None = None
    status_callback_event: Annotated[tuple[str, ...], BeforeValidator(_loose_words)] = ()
    status_callback_method: HttpMethod = "POST"
    send_digits: Text | None = None
    timeout: Annotated[int, whole(1, MAX_TIMEOUT_SECONDS, BAD_TIMEOUT)] = DEFAULT_TIMEOUT_SECONDS
    time_limit: Annotated[int, whole(1, MAX_TIME_LIMIT_SECONDS)] | None = None
    caller_id: Text | None = None
    record: Switch = False
    recording_channels: Annotated[str, one_of("mono", "dual")] = "mono"
    recording_track: Annotated[str, one_of("inbound", "outbound", "both")] = "both"
    recording_status_callback: CallbackUrl | None = None
    recording_status_callback_method: HttpMethod = "POST"
    recording_status_callback_event: Annotated[tuple[str, ...], words("in-progress", "completed", "absent")] = (
        "completed",
    )
    trim: Annotated[str, one_of("trim-silence", "do-not-trim")] = "trim-silence"
    sip_auth_username: Text | None = None
    sip_auth_password: Text | None = None
    machine_detection: Annotated[str, one_of("Enable", "DetectMessageEnd")] | None = None
    machine_detection_timeout: Annotated[int, whole(3, 59, BAD_DETECTION)] = 30
    machine_detection_speech_threshold: Annotated[Milliseconds, whole(1000, 6000, BAD_DETECTION)] = 2400
    machine_detection_speech_end_threshold: Annotated[Milliseconds, whole(500, 5000, BAD_DETECTION)] = 1200
    machine_detection_silence_timeout: Annotated[Milliseconds, whole(2000, 10000, BAD_DETECTION)] = 5000
    async_amd: Switch = False
    async_amd_status_callback: CallbackUrl | None = None
    async_amd_status_callback_method: HttpMethod = "POST"
    call_reason: Text | None = None
    if_machine: Annotated[str, one_of("Continue", "Hangup", code=BAD_IF_MACHINE)] | None = None
    byoc: Annotated[str, sid_of("BY")] | None = None
    call_token: str | None = None
    client_notification_url: WebUrl | None = None
    passports: str | None = None
    recording_configuration_id: str | None = None

    def script(self) -> Script:
        """What the call is to run."""
        return Script(
            url=self.url,
            method=self.method,
            twiml=self.twiml,
            application_sid=self.application_sid,
            fallback_url=self.fallback_url,
            fallback_method=self.fallback_method,
            status_callback=self.status_callback,
            status_callback_method=self.status_callback_method,
            status_callback_event=self.status_callback_event,
        )

    def order(self, account_sid: AccountSid, ready: ReadyScript) -> CallOrder:
        return CallOrder(
            account_sid=account_sid,
            to=self.to,
            from_=self.from_,
            first=ready.first,
            fallback=ready.fallback,
            status_events=ready.status_events,
            timeout_seconds=self.timeout,
            time_limit_seconds=self.time_limit,
            send_digits=self.send_digits,
            caller_id=self.caller_id,
            sip_username=self.sip_auth_username,
            sip_password=self.sip_auth_password,
            record=self._recording() if self.record else None,
            detection=self._detection() if self.machine_detection else None,
            call_reason=self.call_reason,
        )

    def _recording(self) -> RecordOrder:
        return RecordOrder(
            dual=self.recording_channels == "dual",
            track=self.recording_track,  # type: ignore[arg-type]  # one of the words
            trim=self.trim == "trim-silence",
            callback=_target(self.recording_status_callback, self.recording_status_callback_method),
            events=self.recording_status_callback_event,
        )

    def _detection(self) -> DetectionOrder:
        return DetectionOrder(
            detection=MachineDetection(
                until_end=self.machine_detection == "DetectMessageEnd",
                timeout_seconds=float(self.machine_detection_timeout),
                speech_threshold_seconds=self.machine_detection_speech_threshold / 1000,
                speech_end_seconds=self.machine_detection_speech_end_threshold / 1000,
                silence_timeout_seconds=self.machine_detection_silence_timeout / 1000,
            ),
            asynchronous=self.async_amd,
            callback=_target(self.async_amd_status_callback, self.async_amd_status_callback_method),
        )


class CallUpdateForm(FilledForm):
    """Update. `StatusCallback` counts only beside `Url`, as at Twilio."""

    url: WebUrl | None = None
    method: HttpMethod = "POST"
    twiml: Twiml | None = None
    status: Annotated[str, one_of("canceled", "completed")] | None = None
    fallback_url: WebUrl | None = None
    fallback_method: HttpMethod = "POST"
    status_callback: CallbackUrl | None = None
    status_callback_method: HttpMethod = "POST"
    time_limit: Annotated[int, whole(1, MAX_TIME_LIMIT_SECONDS)] | None = None

    def change(self) -> CallChange:
        return CallChange(
            script=self._script() if self.url or self.twiml else None,
            end=self.status,  # type: ignore[arg-type]  # one of the words
            time_limit_seconds=self.time_limit,
        )

    def _script(self) -> Script:
        return Script(
            url=self.url,
            method=self.method,
            twiml=self.twiml,
            fallback_url=self.fallback_url,
            fallback_method=self.fallback_method,
            status_callback=self.status_callback if self.url else None,
            status_callback_method=self.status_callback_method,
        )


def _target(url: str | None, method: Method) -> CallbackTarget | None:
    return CallbackTarget(url=url, method=method) if url else None
