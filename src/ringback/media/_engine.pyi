"""The Rust media engine: the contract of `ringback.media._engine`, compared with the built module by a test.

Commands go in as method calls that never wait for the packet path; events come out of one bounded queue with one
wake-up (`event_fd`). A leg is one RTP session: a connected-on-latch UDP socket, a codec, a player, a jitter buffer,
recorders. Every method raises `EngineError(reason)` for local misuse (unknown leg, closed engine). Audio handed in and
out is signed 16-bit little-endian mono PCM unless it says otherwise. A tick is 20 ms.
"""

from typing import Final, Literal, TypeAlias

BUILD_INFO: Final[dict[str, str]]

CodecName: TypeAlias = Literal["PCMU", "PCMA", "G722", "opus"]
DirectionName: TypeAlias = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

class EngineError(Exception):
    """Local misuse or a resource that could not be had (no free port, no such leg)."""

class DecodeError(Exception):
    """Bytes that are not audio of a supported container."""

class Clip:
    """Audio ready to send, shared by any number of legs (8 kHz mono; both G.711 laws are made once, on first use)."""

    @staticmethod
    def from_pcm(pcm: bytes, rate_hz: int) -> Clip:
        """Resample to 8 kHz. Releases the GIL."""

    @staticmethod
    def decode(data: bytes, hint: str | None = None) -> Clip:
        """Decode wav (PCM, mu-law, A-law, float), mp3, aiff, ogg vorbis, flac, or raw mu-law (`hint="audio/basic"`),
        mix to mono, resample. `hint` is a MIME type or file extension. Releases the GIL. Raises `DecodeError`."""

    @staticmethod
    def tone(frequencies_hz: list[float], seconds: float, level_dbfs: float = -12.0) -> Clip: ...
    @staticmethod
    def silence(seconds: float) -> Clip: ...
    @property
    def seconds(self) -> float: ...
    def pcm(self) -> bytes:
        """The 8 kHz samples."""

class Engine:
    def __init__(self, *, threads: int = 1, event_capacity: int = 65536) -> None: ...
    def event_fd(self) -> int:
        """Readable when events wait; `poll_events` clears it."""

    def poll_events(self, limit: int = 4096) -> list[tuple[object, ...]]:
        """Events as tuples, oldest first: (kind, leg_id, ...):
        ("first_packet", leg, remote_ip, remote_port)
        ("digit", leg, digit, duration_ms)                       each key once (RFC 4733), at its end or at 'long' start
        ("playback_finished", leg, play_id, reason)              reason: "done" | "stopped" | "replaced" | "closed"
        ("digits_sent", leg, play_id)
        ("recording_finished", leg, recording_id, seconds, reason)
                                                  "stopped" | "max_length" | "silence" | "closed" | "error: ..."
        ("silence", leg, watch_id, seconds)                      a silence watch fired
        ("voice", leg, watch_id)                                 sound began after a silence watch was set
        ("timed_out", leg, seconds)                              no RTP for the leg's `timeout_seconds`
        ("tap", leg, tap_id)                                     frames wait in a tap; at most one in 100 ms and tap
        ("speech_started", leg, watch_id) ("speech_stopped", leg, watch_id)      of a voice watch, in turn
        ("leg_closed", leg, packets_received, packets_sent, packets_lost, packets_late)
        ("overflow", -1, count)                                  events were dropped because nobody polled
        What was played to a conference or recorded of it names leg -1."""

    def open_leg(
        self, *, address: str, port_low: int, port_high: int, near: int | None = None, timeout_seconds: float = 0.0
    ) -> tuple[int, int]:
        """Bind an even RTP port (and RTCP on the next) in the range; returns (leg_id, rtp_port). `near` puts the leg on
        that leg's thread. `timeout_seconds` 0 means never. Nothing is sent until `connect_leg`."""

    def connect_leg(
        self,
        leg: int,
        *,
        remote_address: str,
        remote_port: int,
        codec: CodecName,
        payload_type: int,
        dtmf_payload_type: int | None,
        direction: DirectionName,
        latch: bool = True,
        remote_rtcp_port: int | None = None,
        receive_payload_type: int | None = None,
        receive_dtmf_payload_type: int | None = None,
        dtmf_rate_hz: int = 8000,
        opus_bits_per_second: int = 24_000,
        opus_playback_rate_hz: int = 48_000,
        opus_fec: bool = False,
    ) -> None:
        """What offer/answer agreed; call again after a re-INVITE. `payload_type` and `dtmf_payload_type` are theirs,
        which we send with; `receive_...` are ours, where they differ; what comes may bear either. `dtmf_rate_hz` is
        8000 or 48000: what durations of telephone events count in. What begins with `opus_` is what they want of the
        Opus that they hear (RFC 7587 section 6.1). With `latch` the first valid packets of the
        negotiated payload type from another source move the remote (symmetric RTP) once, within the first seconds, and
        later only after the latched source fell silent and a re-INVITE came; without, only the negotiated address
        counts."""

    def close_leg(self, leg: int) -> None:
        """Stops everything of the leg, sends RTCP BYE, ends with `leg_closed`."""

    def play(self, leg: int, clip: Clip, *, loops: int = 1) -> int:
        """Start now, replacing what plays; `loops` 0 is for ever. Returns play_id."""

    def play_queued(self, leg: int, clip: Clip) -> int:
        """Append behind what plays, without a gap."""

    def stop_playback(self, leg: int) -> None: ...
    def send_digits(self, leg: int, digits: str, *, tone_ms: int = 100, gap_ms: int = 60) -> int:
        """RFC 4733 events for `0-9 A-D * #`; `w` waits 0.5 s, `W` 1 s."""

    def start_recording(
        self,
        leg: int,
        path: str,
        *,
        what: Literal["received", "sent", "both", "dual"] = "received",
        max_seconds: float = 0.0,
        silence_seconds: float = 0.0,
    ) -> int:
        """Write a WAV (16-bit PCM, 8 kHz) as the audio arrives; the header is right at most one second behind the data,
        so the file is playable after a crash. `silence_seconds` > 0 ends it after that much silence (received audio
        only; no RTP is not silence, R-03). Returns recording_id."""

    def pause_recording(self, recording: int, *, keep_silence: bool) -> None: ...
    def resume_recording(self, recording: int) -> None: ...
    def stop_recording(self, recording: int) -> None: ...
    def watch_silence(self, leg: int, seconds: float) -> int:
        """One `silence` event when the received audio was quiet that long; `voice` when sound begins."""

    def unwatch_silence(self, watch: int) -> None: ...
    def bridge(self, leg_a: int, leg_b: int) -> None:
        """Each hears the other: received audio goes out on the other leg, transcoded between the laws where they
        differ; RFC 4733 digits are relayed and still reported. Playback on a leg overrides the bridged audio while it
        lasts."""

    def unbridge(self, leg: int) -> None: ...
    def set_muted(self, leg: int, muted: bool) -> None:
        """A muted leg's received audio is treated as silence."""

    def set_echo(self, leg: int, on: bool) -> None:
        """The leg hears itself while it is neither bridged nor in a conference; its playback comes first."""

    def set_jitter_buffer(self, leg: int, size: Literal["off", "small", "medium", "large"] | None = None) -> None:
        """How long what comes waits for what comes late, at least and at most: 0 to 20 ms, 20 to 80, 40 to 140, 60 to
        200, and as usual (None) 40 to 200. It is at the least until packets come too late."""

    def open_conference(self) -> int: ...
    def close_conference(self, conference: int) -> None:
        """Every leg leaves; what plays and what records there ends as `closed`."""

    def join_conference(
        self, conference: int, leg: int, *, muted: bool, deaf: bool = False, coaching: int | None = None
    ) -> None:
        """The leg hears the sum of the others from the next tick on. It leaves its bridge and any other conference.
        Playback on the leg overrides the conference while it lasts. With `coaching` only that leg hears this one; while
        it is not in the conference nobody does. One that is `deaf` hears nothing. Again: what it may from now on."""

    def set_participant(
        self, conference: int, leg: int, *, muted: bool, held: bool, coaching: int | None = None
    ) -> None:
        """One who is held neither hears nor is heard. Nothing happens if the leg is not in the conference."""

    def leave_conference(self, leg: int) -> None: ...
    def play_to_conference(self, conference: int, clip: Clip) -> int:
        """Heard by all who are not held, over what they say and over what plays there already (at most 8 clips at a
        time; the oldest is then `replaced`). Returns play_id; its event names leg -1."""

    def stop_conference_playback(self, play_id: int) -> None:
        """Ends one clip of `play_to_conference`; nothing happens if it is over."""

    def start_conference_recording(self, conference: int, path: str) -> int:
        """Mono, of everybody but coaches, until it is stopped (`stop_recording`) or the conference closes."""

    def open_tap(self, leg: int, *, what: Literal["received", "sent"]) -> int:
        """A copy of the leg's audio from now on: after the jitter buffer and concealment, before any bridge or mix;
        silence where packets lack. Keeps 10 s; the oldest frames are lost first. At most 8 on a leg."""

    def read_tap(self, tap: int) -> bytes:
        """Whole frames of 20 ms (8 kHz) since the last read; none if there are none. Also works after the leg
        closed."""

    def tap_frames_lost(self, tap: int) -> int:
        """Frames that were lost because nobody read."""

    def close_tap(self, tap: int) -> None:
        """Again: nothing."""

    def watch_voice(self, leg: int) -> int:
        """Reports each beginning and each end of speech in what is received; an end comes half a second after the
        sound."""

    def unwatch_voice(self, watch: int) -> None: ...
    def leg_count(self) -> int: ...
    def tick_statistics(self) -> dict[str, float]:
        """Per engine since the last call: ticks, late_ticks (>20 ms), worst_tick_ms, cpu_seconds, packets_in,
        packets_out."""

    def close(self) -> None: ...
