"""`<Connect>`, `<Start>`, `<Stop>` and their nouns (twiml.md sections 14 and 15)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ringback.twiml.nodes.node import (
    Config,
    LegEvent,
    Method,
    Noun,
    Parameter,
    RecordingEvent,
    RecordingTrack,
    StreamTrack,
    Trim,
    Verb,
)

Interruption = Literal["none", "dtmf", "speech", "any"]
RelayDebug = Literal["debugging", "speaker-events", "tokens-played"]
PromptDetail = Literal["turn-state", "prompt-segments"]
BackgroundKind = Literal["stream", "siprec", "transcription", "recording"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Noun):
    """The call's audio on a WebSocket: both ways in `<Connect>`, one way in `<Start>`. `name` None is the StreamSid."""

    url: str | None = None
    name: str | None = None
    track: StreamTrack = "inbound_track"
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    connector_name: str | None = None
    audio_format: str | None = None
    sample_rate: str | None = None
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLanguage(Noun):
    """`<Language>` inside `<ConversationRelay>`: how one language is spoken and heard."""

    code: str
    tts_provider: str | None = None
    voice: str | None = None
    transcription_provider: str | None = None
    speech_model: str | None = None
    hints: tuple[str, ...] = ()
    asr_smart_format: bool | None = None
    tts_text_normalization: str | None = None
    tts_language_text_normalization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRelay(Noun):
    """A conversation by text over a WebSocket. What is None follows from the provider (14.2)."""

    url: str
    welcome_greeting: str | None = None
    welcome_greeting_interruptible: Interruption = "any"
    language: str = "en-US"
    tts_language: str | None = None
    transcription_language: str | None = None
    tts_provider: str = "ElevenLabs"
    voice: str | None = None
    transcription_provider: str = "Deepgram"
    speech_model: str | None = None
    interruptible: Interruption = "any"
    interrupt_sensitivity: Literal["low", "medium", "high"] = "high"
    dtmf_detection: bool = False
    report_input_during_agent_speech: Interruption = "none"
    preemptible: bool = False
    hints: tuple[str, ...] = ()
    debug: tuple[RelayDebug, ...] = ()
    elevenlabs_text_normalization: Literal["on", "auto", "off"] = "off"
    intelligence_service: str | None = None
    profanity_filter: bool | None = None
    partial_prompts: bool = False
    background_noise_reduction: str | None = None
    speech_timeout: str | None = None
    deepgram_smart_format: bool | None = None
    ignore_backchannel: bool | None = None
    events: str | None = None
    partial_prompt_on_hangup: bool | None = None
    eager_eot_threshold: Decimal | None = None
    asr_smart_format: bool | None = None
    tts_text_normalization: str | None = None
    tts_language_text_normalization: str | None = None
    elevenlabs_language_text_normalization: str | None = None
    include_in_prompt: tuple[PromptDetail, ...] = ()
    customer_name: str | None = None
    application_reconnect: bool = False
    echo_prompt_filtering: bool = False
    turn_detection: bool = False
    languages: tuple[RelayLanguage, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room(Noun):
    """A video room, by name."""

    name: str
    participant_identity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualAgent(Noun):
    """A virtual agent, by the name of its connector."""

    connector_name: str
    language: str | None = None
    sentiment_analysis: bool | None = None
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    configs: tuple[Config, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation(Noun):
    """A conversation of Twilio's Conversations product."""

    service_instance_sid: str | None = None
    inbound_autocreation: bool | None = None
    routing_assignment_timeout: int | None = None
    inbound_timeout: int | None = None
    url: str | None = None
    method: Method = "POST"
    record: str | None = None
    trim: Trim | None = None
    recording_status_callback: str | None = None
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[RecordingEvent, ...] = ("completed",)
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    status_callback_event: tuple[LegEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Autopilot(Noun):
    """An Autopilot assistant, by SID or name."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AiSession(Noun):
    """An AI session, by connector and configuration."""

    ai_connector: str | None = None
    ai_session_configuration: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRelaySession(Noun):
    """A relay session, by connector and configuration."""

    connector: str | None = None
    session_configuration: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Siprec(Noun):
    """A recording session to a SIPREC server, by the name of its connector."""

    connector_name: str
    name: str | None = None
    track: StreamTrack = "both_tracks"
    status_callback: str | None = None
    status_callback_method: Method = "POST"
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription(Noun):
    """A running transcription of the call; without `status_callback_url` nothing is delivered."""

    name: str | None = None
    status_callback_url: str | None = None
    status_callback_method: Method = "POST"
    track: StreamTrack = "both_tracks"
    inbound_track_label: str | None = None
    outbound_track_label: str | None = None
    partial_results: bool = False
    language_code: str = "en-US"
    transcription_engine: str = "google"
    speech_model: str = "telephony"
    profanity_filter: bool = True
    enable_automatic_punctuation: bool = True
    hints: tuple[str, ...] = ()
    intelligence_service: str | None = None
    enable_provider_data: bool = False
    configs: tuple[Config, ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording(Noun):
    """A recording of the call in the background."""

    name: str | None = None
    recording_status_callback: str | None = None
    recording_status_callback_method: Method = "POST"
    recording_status_callback_event: tuple[RecordingEvent, ...] = ("completed",)
    trim: Trim = "trim-silence"
    track: RecordingTrack = "both"
    channels: Literal["mono", "dual"] = "dual"
    recording_configuration_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTarget(Noun):
    """A noun inside `<Stop>`: the background operation of this kind and name."""

    kind: BackgroundKind
    name: str


ConnectNoun = (
    Stream | ConversationRelay | Room | VirtualAgent | Conversation | Autopilot | AiSession | ConversationRelaySession
)
StartNoun = Stream | Siprec | Transcription | Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect(Verb):
    """Hand the call to a session; `nouns` holds one at most. `action` None is none, empty is this document."""

    nouns: tuple[ConnectNoun, ...] = ()
    action: str | None = None
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start(Verb):
    """Begin operations in the background and go straight on (SS-01)."""

    nouns: tuple[StartNoun, ...] = ()
    action: str | None = None
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop(Verb):
    """End background operations by kind and name (SS-03)."""

    nouns: tuple[StopTarget, ...] = ()
