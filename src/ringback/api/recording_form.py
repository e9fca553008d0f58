"""What begins a recording on a running call, and what changes one that runs (rest-api.md 9.6)."""

from typing import Annotated, Literal

from ringback.api.leg_form import CallbackUrl, FilledForm
from ringback.api.value import HttpMethod, one_of, words
from ringback.interpreter.recording_callback import Track
from ringback.services.record_call import RecordingChange, WantedRecording

EVENTS = ("in-progress", "completed", "absent")


class StartRecordingForm(FilledForm):
    """Kept without effect: RecordingConfigurationId."""

    recording_status_callback: CallbackUrl | None = None
    recording_status_callback_method: HttpMethod = "POST"
    recording_status_callback_event: Annotated[tuple[str, ...], words(*EVENTS)] = ("completed",)
    trim: Annotated[str, one_of("trim-silence", "do-not-trim")] = "do-not-trim"
    recording_channels: Annotated[str, one_of("mono", "dual")] = "mono"
    recording_track: Annotated[Track, one_of("inbound", "outbound", "both")] = "both"
    recording_configuration_id: str | None = None

    def wanted(self) -> WantedRecording:
        return WantedRecording(
            dual=self.recording_channels == "dual",
            track=self.recording_track,
            trim=self.trim == "trim-silence",
            callback_url=self.recording_status_callback,
            callback_method=self.recording_status_callback_method,
            callback_events=self.recording_status_callback_event,
        )


class RecordingChangeForm(FilledForm):
    """`PauseBehavior` counts with `paused` only."""

    status: Annotated[Literal["paused", "in-progress", "stopped"], one_of("paused", "in-progress", "stopped")]
    pause_behavior: Annotated[Literal["skip", "silence"], one_of("skip", "silence")] = "silence"

    def change(self) -> RecordingChange:
        return RecordingChange(status=self.status, pause_behavior=self.pause_behavior)
