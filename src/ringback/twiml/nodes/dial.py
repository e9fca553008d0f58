"""`<Dial>` and its nouns (twiml.md sections 7 and 8)."""

from dataclasses import dataclass
from typing import Literal

from ringback.twiml.nodes.node import LegEvent, Method, Noun, Parameter, RecordingEvent, RecordingTrack, Trim, Verb

DialRecord = Literal[
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
]
MachineDetection = Literal["Enable", "DetectMessageEnd"]
ConferenceEvent = Literal["start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"]
Region = Literal["us1", "ie1", "de1", "sg1", "br1", "au1", "jp1"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegNoun(Noun):
    """What every noun that rings a leg has: a screening document (`url`) and status callbacks (8.8, 8.9)."""

    url: str | None = None
    method: Method = "POST"
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_event: tuple[LegEvent, ...] = ("completed",)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectingNoun(LegNoun):
    """A leg that may be asked whether a machine answered (8.10). Thresholds are milliseconds, the timeout seconds."""

    send_digits: str | None = None
    machine_detection: MachineDetection | None = None
    machine_detection_timeout: int = 30
    machine_detection_speech_threshold: int = 2400
    machine_detection_speech_end_threshold: int = 1200
    machine_detection_silence_timeout: int = 5000
    amd_status_callback: str | None = None
    amd_status_callback_method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(DetectingNoun):
    """A phone number, always E.164 here. Plain text in `<Dial>` is one of these."""

    number: str
    byoc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri(Noun):
    """`<Uri>` inside `<Sip>`: one of several targets, the lowest `priority` first, the same one by `weight`."""

    uri: str
    priority: int | None = None
    weight: int | None = None
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Noun):
    """`<Header name value/>` inside `<Sip><Headers>`: one header for the INVITE."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sip(DetectingNoun):
    """A SIP URI with its scheme; only the headers that may travel are left in its `?` part (OU-07 to OU-09).

    `uri` is None when the older `<Uri>` children are used; `headers` are those of the older `<Headers>` child.
    """

    uri: str | None = None
    username: str | None = None
    password: str | None = None
    uris: tuple[Uri, ...] = ()
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Client(LegNoun):
    """A browser or app, by `identity`, with parameters for it."""

    identity: str
    parameters: tuple[Parameter, ...] = ()
    client_notification_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conference(Noun):
    """A room. `wait_url` None is the default music, an empty one silence; `region` None is automatic."""

    name: str
    muted: bool = False
    beep: Literal["true", "false", "onEnter", "onExit"] = "true"
    start_conference_on_enter: bool = True
    end_conference_on_exit: bool = False
    participant_label: str | None = None
    jitter_buffer_size: Literal["small", "medium", "large", "off"] = "large"
    wait_url: str | None = None
    wait_method: Method = "GET"
    max_participants: int = 250
    record: Literal["do-not-record", "record-from-start"] = "do-not-record"
    trim: Trim = "trim-silence"
    region: Region | None = None
    coach: str | None = None
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_event: tuple[ConferenceEvent, ...] = ()
    recording_status_callback: str | None = None
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[RecordingEvent, ...] = ("completed",)
    event_callback_url: str | None = None
    recording_configuration_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Verb):
    """The first call of a queue. Twilio's SDK also lists it as a verb; as one it does nothing here but is parsed."""

    name: str
    url: str | None = None
    method: Method = "POST"
    reservation_sid: str | None = None
    post_work_activity_sid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(LegNoun):
    """Another voice app of the account, by `application_sid`; `parameters` reach it as `Param_<name>`."""

    application_sid: str
    parameters: tuple[Parameter, ...] = ()
    customer_id: str | None = None
    copy_parent_to: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim(Noun):
    """A SIM card, by its SID."""

    sim_sid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatsApp(LegNoun):
    """A WhatsApp user, by number."""

    number: str


DialNoun = Number | Sip | Client | Conference | Queue | Application | Sim | WhatsApp


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial(Verb):
    """Ring `nouns` and join the first that answers. No noun left (all were wrong) is a Dial that fails.

    `action` None is no action at all; an empty one is the current document.
    """

    nouns: tuple[DialNoun, ...] = ()
    action: str | None = None
    method: Method = "POST"
    timeout: int = 30
    time_limit: int = 14400
    caller_id: str | None = None
    hangup_on_star: bool = False
    answer_on_bridge: bool = False
    record: DialRecord = "do-not-record"
    recording_track: RecordingTrack = "both"
    trim: Trim = "do-not-trim"
    recording_status_callback: str | None = None
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[RecordingEvent, ...] = ("completed",)
    recording_configuration_id: str | None = None
    ring_tone: str | None = None
    sequential: bool = False
    refer_url: str | None = None
    refer_method: Method = "POST"
    call_reason: str | None = None
    events: str | None = None
    passports: str | None = None
