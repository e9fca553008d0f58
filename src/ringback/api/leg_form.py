"""What the parameters of a call dialled over REST may be, for itself or into a conference (rest-api.md 9.2, 9.9)."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator

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
from ringback.services.call_order import (
    DEFAULT_TIMEOUT_SECONDS,
    MAX_TIMEOUT_SECONDS,
    CallbackTarget,
    DetectionOrder,
    RecordOrder,
)
from ringback.services.check_order import BAD_DETECTION, BAD_TIMEOUT, BAD_TO, MAX_TIME_LIMIT_SECONDS
from ringback.services.order_call import BAD_FROM

TO_MISSING, FROM_MISSING = 21201, 21213
MAX_ADDRESS = 4000


def _without_underscores(url: str) -> str:
    """The host of a status callback has no underscore (rest-api.md 9.2)."""
    if url and "_" in (urlsplit(url).hostname or ""):
        raise refusal(f"the host name of {url[:200]!r} has an underscore", BAD_URL)
    return url


CallbackUrl = Annotated[WebUrl, AfterValidator(_without_underscores)]
Milliseconds = int


class FilledForm(Form):
    """A form in which a parameter that is there but empty counts as absent, but for those that `may_be_empty`."""

    may_be_empty: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def _values(cls, pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        filled = [(name, value) for name, value in pairs if value.strip() or name in cls.may_be_empty]
        return super()._values(filled)


class LegForm(FilledForm):
    """Kept without effect: Byoc, CallToken, Passports, RecordingConfigurationId, ClientNotificationUrl."""

    to: Annotated[str, text_of(MAX_ADDRESS, code=BAD_TO), Missing(TO_MISSING, "No 'To' number is specified")]
    from_: Annotated[str, text_of(MAX_ADDRESS, code=BAD_FROM), Missing(FROM_MISSING, "No 'From' number is specified")]
    status_callback: CallbackUrl | None = None
    status_callback_method: HttpMethod = "POST"
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
    call_reason: Text | None = None
    byoc: Annotated[str, sid_of("BY")] | None = None
    call_token: str | None = None
    passports: str | None = None
    recording_configuration_id: str | None = None
    client_notification_url: WebUrl | None = None

    def recording(self) -> RecordOrder | None:
        if not self.record:
            return None
        return RecordOrder(
            dual=self.recording_channels == "dual",
            track=self.recording_track,  # type: ignore[arg-type]  # one of the words
            trim=self.trim == "trim-silence",
            callback=target(self.recording_status_callback, self.recording_status_callback_method),
            events=self.recording_status_callback_event,
        )

    def detection(self, callback: CallbackTarget | None, *, asynchronous: bool) -> DetectionOrder | None:
        if self.machine_detection is None:
            return None
        return DetectionOrder(
            detection=MachineDetection(
                until_end=self.machine_detection == "DetectMessageEnd",
                timeout_seconds=float(self.machine_detection_timeout),
                speech_threshold_seconds=self.machine_detection_speech_threshold / 1000,
                speech_end_seconds=self.machine_detection_speech_end_threshold / 1000,
                silence_timeout_seconds=self.machine_detection_silence_timeout / 1000,
            ),
            asynchronous=asynchronous,
            callback=callback,
        )


def target(url: str | None, method: Method) -> CallbackTarget | None:
    return CallbackTarget(url=url, method=method) if url else None
